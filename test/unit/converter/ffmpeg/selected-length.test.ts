import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selectedSeconds } from '../../../../services/converter/ffmpeg/selected-length.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { audioTrack } from '../../../support/audio-track.ts';

describe('selectedSeconds', () => {
  type Row = [name: string, options: ConversionOptions, startSeconds: number | undefined, seconds: number];
  const table: Row[] = [
    ['is the stated length without options', {}, 1000, 100],
    ['is the stated length where the start of the track is unknown', {}, undefined, 100],
    ['counts the silence before late sound once', {}, 1030, 100],
    ['leaves out a silence that the conversion leaves out', {}, 1070, 30],
    ['begins at `start`', { start: 30 }, 1000, 70],
    ['ends at `end`', { end: 10 }, 1000, 10],
    ['lasts from `start` to `end`', { start: 20, end: 30 }, 1000, 10],
    ['ends with the sound where `end` is later', { start: 20, end: 300 }, 1000, 80],
    ['is 0 where `start` is behind the sound', { start: 200 }, 1000, 0],
  ];
  for (const [name, options, startSeconds, seconds] of table) {
    it(name, () => {
      const audio = audioTrack({ startSeconds, expectedSeconds: 100 });
      assert.equal(selectedSeconds(100, { audio, filmStartSeconds: 1000, options }), seconds);
    });
  }
});
