import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  iconOf,
  type TabState,
  titleOf,
} from '../../../../../services/gateway/page/app/shell/tab-progress.ts';

const stateWith = (changes: Partial<TabState>): TabState => ({
  ...{ activity: undefined, outcome: undefined, name: undefined },
  ...changes,
});

describe('the title of the tab', () => {
  const EXPECTED: [changes: Partial<TabState>, title: string][] = [
    [{}, 'mp3converter'],
    [{ name: 'film.mp4' }, 'film.mp4 – mp3converter'],
    [{ name: 'film.mp4', outcome: 'done' }, '✓ Done – mp3converter'],
    [{ outcome: 'failed' }, '! Failed – mp3converter'],
    [{ activity: { kind: 'waiting' } }, 'Waiting – mp3converter'],
    [{ activity: { kind: 'sending', share: 0.999 } }, '99% sent – mp3converter'],
    [{ activity: { kind: 'converting', share: 0.5 }, outcome: 'done' }, '50% converted – mp3converter'],
  ];
  for (const [changes, title] of EXPECTED) {
    it(`is «${title}» for ${JSON.stringify(changes)}`, () => {
      assert.equal(titleOf(stateWith(changes)), title);
    });
  }
});

describe('the icon of the tab', () => {
  const drawn = (changes: Partial<TabState>) => decodeURIComponent(iconOf(stateWith(changes)));

  it('is that of the page while nothing happens', () => {
    assert.equal(iconOf(stateWith({})), '/assets/icon.svg');
  });

  it('draws a ring in the favicon whose filled part is the share of the work that is done', () => {
    const icon = drawn({ activity: { kind: 'converting', share: 0.43 } });
    assert.match(icon, /^data:image\/svg\+xml,<svg /);
    assert.match(icon, /stroke-dasharray="40 100"/);
  });

  it('differs between success and failure in more than the color', () => {
    const paths = (['done', 'failed'] as const).map((outcome) => drawn({ outcome }).match(/ d="[^"]+"/)?.[0]);
    assert.ok(paths[0]);
    assert.notEqual(paths[0], paths[1]);
  });
});
