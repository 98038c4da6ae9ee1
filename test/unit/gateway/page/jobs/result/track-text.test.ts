import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { trackText } from '../../../../../../services/gateway/page/app/jobs/result/track-text.ts';
import { loadTexts } from '../../../../../../services/gateway/page/app/text/language.ts';
import type { Track } from '../../../../../../services/shared/jobs/job-view.ts';

before(() => loadTexts('films', 'result'));

const TRACK: Track = {
  ...{ index: 1, type: 'audio', position: 2, codec: 'aac', duration_seconds: 5, channels: 2, selected: true },
  ...{ language: null, title: null },
};

describe('trackText(track)', () => {
  const EXPECTED: [changes: Partial<Track>, text: string][] = [
    [{}, 'Track 2: AAC'],
    [{ position: null }, 'Track 2: AAC'],
    [{ language: 'ger' }, 'Track 2: German, AAC'],
    [{ language: 'und' }, 'Track 2: AAC'],
    [{ language: '§§§' }, 'Track 2: §§§, AAC'],
    [{ language: 'ger', title: 'Director’s commentary' }, 'Track 2: Director’s commentary, AAC'],
    [{ title: '\u202eyrt' }, 'Track 2: yrt, AAC'],
    [{ title: ' ', language: 'fra' }, 'Track 2: French, AAC'],
  ];
  for (const [changes, text] of EXPECTED) {
    it(`is «${text}» for ${JSON.stringify(changes)}`, () => {
      assert.equal(trackText({ ...TRACK, ...changes }), text);
    });
  }
});
