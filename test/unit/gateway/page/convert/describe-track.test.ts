import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { describeTrack } from '../../../../../services/gateway/page/app/convert/options/describe-track.ts';
import { loadTexts } from '../../../../../services/gateway/page/app/text/language.ts';
import type { Track } from '../../../../../services/shared/jobs/job-view.ts';

before(() => loadTexts('films', 'result'));

const TRACK: Track = {
  ...{ index: 1, type: 'audio', position: 2, codec: 'aac', duration_seconds: 5, channels: 2, selected: true },
  ...{ language: null, title: null },
};

describe('describeTrack(track)', () => {
  const EXPECTED: [changes: Partial<Track>, text: string][] = [
    [{}, 'Track 2 · AAC · stereo'],
    [{ position: null }, 'Track 2 · AAC · stereo'],
    [{ language: 'ger' }, 'Track 2 · German · AAC · stereo'],
    [{ language: 'und', channels: 1 }, 'Track 2 · AAC · mono'],
    [{ language: '§§§', channels: null }, 'Track 2 · §§§ · AAC'],
    [
      { language: 'ger', title: 'Director’s commentary', channels: 6 },
      'Track 2 · German · AAC · 6 channels · Director’s commentary',
    ],
    [{ title: '\u202eyrt' }, 'Track 2 · AAC · stereo · yrt'],
    [{ title: ' ', language: 'fra' }, 'Track 2 · French · AAC · stereo'],
  ];
  for (const [changes, text] of EXPECTED) {
    it(`is «${text}» for ${JSON.stringify(changes)}`, () => {
      assert.equal(describeTrack({ ...TRACK, ...changes }), text);
    });
  }
});
