import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageFor } from '../../../services/notification/message.ts';
import { isAboutMissingSound, type JobWarning, WARNINGS } from '../../../services/shared/jobs/warnings.ts';
import { done } from './mp3-events.ts';

const warning = (code: string, detail = `The detail of ${code}.`): JobWarning => ({ code, detail });
const mailWith = (...warnings: JobWarning[]) => messageFor(done({ warnings }));

/** Where the parts stand in a mail, which contains all of them. */
const order = (body: string, ...parts: string[]): number[] =>
  parts.map((part) => {
    assert.ok(body.includes(part), `${part}\n${body}`);
    return body.indexOf(part);
  });
const isAscending = (places: number[]): boolean =>
  places.every((place, index) => index === 0 || place > (places[index - 1] ?? 0));

const CODES = [...Object.keys(WARNINGS), 'added_later', '__proto__'];
const missing = CODES.filter((code) => isAboutMissingSound({ code }));
const others = CODES.filter((code) => !isAboutMissingSound({ code }));

describe('messageFor › a job with warnings', () => {
  it('knows of which codes sound is missing', () => assert.deepEqual(missing, ['truncated', 'damaged']));

  for (const code of missing) {
    it(`says ${code} in the subject, and before everything else`, () => {
      const { subject, html, text } = mailWith(warning(code));
      assert.equal(subject, 'Your MP3 is incomplete: a.mp4');
      assert.ok(text.startsWith(`Your MP3 is incomplete\n\nThe detail of ${code}.\n\na.mp4\n`), text);
      const places = order(html, '<h1', `The detail of ${code}.`, '>a.mp4<', 'href="https:');
      assert.ok(isAscending(places), html);
      assert.doesNotMatch(html + text, /Please note/);
    });
  }

  for (const code of others) {
    it(`lists ${code} after the link, under a subject without a warning`, () => {
      const { subject, html, text } = mailWith(warning(code));
      assert.equal(subject, 'Your MP3 is ready: a.mp4');
      assert.ok(text.startsWith('Your MP3 is ready\n\na.mp4\n'), text);
      assert.ok(text.endsWith(`\n\nPlease note:\n- The detail of ${code}.\n`), text);
      assert.ok(isAscending(order(html, 'href="https:', 'Please note', `The detail of ${code}.</li>`)), html);
    });
  }

  it('puts missing sound first, whatever the order of the warnings', () => {
    const { subject, html, text } = mailWith(warning('downmixed'), warning('damaged'), warning('truncated'));
    assert.equal(subject, 'Your MP3 is incomplete: a.mp4');
    for (const body of [html, text]) {
      const parts = ['of damaged.', 'of truncated.', 'a.mp4', 'https://example.org', 'of downmixed.'];
      assert.ok(isAscending(order(body, ...parts)), body);
    }
  });

  it('is the mail of a job without warnings where the list is empty', () => {
    const { subject, html, text } = mailWith();
    assert.equal(subject, 'Your MP3 is ready: a.mp4');
    assert.doesNotMatch(html + text, /Please note|border-left|incomplete/);
  });

  const HOSTILE: [what: string, detail: string, inText: string, inHtml: string][] = [
    [
      'HTML',
      '<img src=x onerror=alert(1)>',
      '<img src=x onerror=alert(1)>',
      '&lt;img src=x onerror=alert(1)&gt;',
    ],
    ['an attribute', '" style="x', '" style="x', '&quot; style=&quot;x'],
    ['line breaks', 'a\r\n\r\nPlease log in:\n', 'a Please log in:', 'a Please log in:'],
    ['a change of the direction', 'a\u202eb', 'a b', 'a b'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb', 'a\ufffdb'],
    ['more text than fits', '🎵'.repeat(9999), `${'🎵'.repeat(299)}…`, `${'🎵'.repeat(299)}…`],
  ];
  for (const [what, detail, inText, inHtml] of HOSTILE) {
    for (const code of ['truncated', 'track_skipped']) {
      it(`shows ${what} in the detail of ${code} as text on one line`, () => {
        const { html, text } = mailWith(warning(code, detail));
        assert.ok(
          text.split('\n').some((line) => line.replace(/^- /, '') === inText),
          text,
        );
        assert.ok(html.includes(`>${inHtml}</`), html);
        assert.doesNotMatch(html, /<img|<!doctype[\s\S]*<!doctype/);
      });
    }
  }

  it('shows the code where the detail is empty', () => {
    assert.match(mailWith(warning('truncated', ' \n')).text, /^truncated$/m);
    assert.match(mailWith(warning('downmixed', '')).text, /^- downmixed$/m);
  });

  it('stays short, however many warnings there are', () => {
    const many = (code: string) =>
      Array.from({ length: 500 }, (_, index) => warning(code, `Place ${index}.`));
    const { html, text } = mailWith(...many('gap_closed'), ...many('damaged'));
    assert.ok(html.length < 6000);
    assert.deepEqual(
      text.split('\n').filter((line) => /Place|There are/.test(line)),
      ['', '- '].flatMap((mark) => [
        ...Array.from({ length: 7 }, (_, index) => `${mark}Place ${index}.`),
        `${mark}There are 493 more.`,
      ]),
    );
  });

  it('shows eight warnings without a remark about more', () => {
    const eight = Array.from({ length: 8 }, (_, index) => warning('gap_closed', `Place ${index}.`));
    const { text } = mailWith(...eight);
    assert.match(text, /Place 7\./);
    assert.doesNotMatch(text, /There are/);
  });
});
