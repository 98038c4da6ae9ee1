import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  filmStartOf,
  statedLength,
  taggedEnd,
} from '../../../../../services/converter/ffmpeg/probe/stated-length.ts';
import { sourceTrack } from '../../../../support/source-track.ts';

describe('filmStartOf', () => {
  const table: [name: string, starts: (number | undefined)[], start: number][] = [
    ['the least of all tracks', [3, 1.4, 2], 1.4],
    ['0 where nothing is known', [undefined, undefined], 0],
    ['that of the tracks that have one', [undefined, 5], 5],
    ['0 for the priming of an encoder', [-0.007, 0.02], 0],
    ['0 for a picture that begins later than the primed sound', [-0.023, 0.04], 0],
    ['a clock that is far from zero', [89_999.977, 90_000], 89_999.977],
    ['a clock before zero', [-3600, -3599], -3600],
  ];
  for (const [name, starts, start] of table) {
    it(`returns ${name}`, () => {
      assert.equal(filmStartOf(starts.map((startSeconds) => sourceTrack({ startSeconds }))), start);
    });
  }
});

describe('statedLength › expectedSeconds', () => {
  interface Case {
    format: string;
    duration?: number;
    track?: { startSeconds?: number | undefined; durationSeconds: number | undefined };
    filmStart?: number;
    expected: number | undefined;
    of: 'track' | 'file';
  }
  const none = { durationSeconds: undefined };
  const table: [name: string, Case][] = [
    [
      'the length of the track',
      { format: 'mov,mp4', duration: 9, track: { durationSeconds: 5 }, expected: 5, of: 'track' },
    ],
    [
      'the length of the file where that of the track is unknown',
      { format: 'flv', duration: 9, track: none, expected: 9, of: 'file' },
    ],
    [
      'nothing where nothing is stated',
      { format: 'matroska,webm', track: none, expected: undefined, of: 'file' },
    ],
    [
      'late sound with its offset',
      { format: 'mov,mp4', track: { startSeconds: 3, durationSeconds: 5 }, expected: 8, of: 'track' },
    ],
    [
      'the end of a track in Matroska, which includes the offset',
      { format: 'matroska,webm', track: { startSeconds: 3, durationSeconds: 8 }, expected: 8, of: 'track' },
    ],
    [
      'a length from the start of the film in MP4',
      {
        format: 'mov,mp4',
        track: { startSeconds: 90_000, durationSeconds: 4 },
        filmStart: 90_000,
        expected: 4,
        of: 'track',
      },
    ],
    [
      'a length from the start of the film in Matroska',
      {
        format: 'matroska,webm',
        track: { startSeconds: 90_000, durationSeconds: 90_004 },
        filmStart: 90_000,
        expected: 4,
        of: 'track',
      },
    ],
    [
      'a length from the start of the film in a Matroska file without tags',
      { format: 'matroska,webm', duration: 90_004, track: none, filmStart: 90_000, expected: 4, of: 'file' },
    ],
    [
      'a length in Matroska that is none from its clock',
      { format: 'matroska,webm', duration: 4, track: none, filmStart: 90_000, expected: 4, of: 'file' },
    ],
    [
      'a length from the start of the film in an MP4 without lengths of tracks',
      { format: 'mov,mp4', duration: 90_004, track: none, filmStart: 90_000, expected: 4, of: 'file' },
    ],
    [
      'a length from the start of the film in MPEG-TS',
      {
        format: 'mpegts',
        track: { startSeconds: 1.4, durationSeconds: 4 },
        filmStart: 1.4,
        expected: 4,
        of: 'track',
      },
    ],
  ];
  for (const [name, { format: format_name, duration, track, filmStart = 0, expected, of }] of table) {
    it(`is ${name}`, () => {
      const format = { format_name, ...(duration !== undefined && { duration }) };
      const { expectedSeconds, expectedOf } = statedLength(sourceTrack(track), format, filmStart);
      assert.deepEqual([expectedSeconds, expectedOf], [expected, of]);
    });
  }
});

describe('taggedEnd', () => {
  const table: [tag: string, seconds: number | undefined][] = [
    ['00:10:00.021000000', 600.021],
    ['100:00:00', 360_000],
    ['00:00:00.000000000', undefined],
    ['1:2:3', undefined],
    ['N/A', undefined],
    ['-00:00:01.0', undefined],
  ];
  for (const [tag, seconds] of table) {
    it(`reads «${tag}» as ${seconds}`, () =>
      assert.equal(taggedEnd({ index: 0, tags: { DURATION: tag } }), seconds));
  }
});
