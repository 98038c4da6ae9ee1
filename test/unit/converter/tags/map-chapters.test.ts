import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapChapters, type Timeline } from '../../../../services/converter/tags/map-chapters.ts';
import type { Chapter } from '../../../../services/converter/tags/tags.ts';

const whole: Timeline = { startSeconds: 0, lengthSeconds: 100 };
type Row = [start: number, end: number, title?: string];
const chapters = (...rows: Row[]): Chapter[] =>
  rows.map(([start, end, title]) => ({ start, end, ...(title !== undefined && { title }) }));
const thirds = chapters([0, 30, 'a'], [30, 60, 'b'], [60, 100, 'c']);

const CASES: [title: string, given: Chapter[], timeline: Timeline, expected: Chapter[]][] = [
  ['keeps chapters that fit', thirds, whole, thirds],
  [
    'subtracts the start of the film',
    chapters([1400, 1430, 'a'], [1430, 1500, 'b']),
    { ...whole, startSeconds: 1400 },
    chapters([0, 30, 'a'], [30, 100, 'b']),
  ],
  [
    'moves chapters behind a closed jump of the clock',
    chapters([0, 50, 'a'], [50, 43_250, 'b'], [43_250, 43_300, 'c']),
    { ...whole, jumps: [{ atSeconds: 40, seconds: 43_200 }] },
    chapters([0, 40, 'a'], [40, 50, 'b'], [50, 100, 'c']),
  ],
  [
    'drops a chapter that lies inside of a jump',
    chapters([0, 40, 'a'], [41, 90, 'inside'], [110, 160, 'c']),
    { ...whole, jumps: [{ atSeconds: 40, seconds: 60 }] },
    chapters([0, 40, 'a'], [50, 100, 'c']),
  ],
  [
    'adds up several jumps, in any order',
    chapters([400, 500, 'c']),
    {
      ...whole,
      jumps: [
        { atSeconds: 300, seconds: 90 },
        { atSeconds: 50, seconds: 240 },
      ],
    },
    chapters([70, 100, 'c']),
  ],
  [
    'moves chapters behind a jump back',
    chapters([80, 90, 'a']),
    { ...whole, jumps: [{ atSeconds: 50, seconds: -10 }] },
    chapters([90, 100, 'a']),
  ],
  [
    'cuts at the start of the MP3',
    thirds,
    { ...whole, cut: { startSeconds: 40 }, lengthSeconds: 60 },
    chapters([0, 20, 'b'], [20, 60, 'c']),
  ],
  [
    'cuts at the end of the MP3',
    thirds,
    { ...whole, cut: { startSeconds: 10, endSeconds: 40 }, lengthSeconds: 30 },
    chapters([0, 20, 'a'], [20, 30, 'b']),
  ],
  [
    'cuts at the length of the MP3',
    thirds,
    { ...whole, lengthSeconds: 45 },
    chapters([0, 30, 'a'], [30, 45, 'b']),
  ],
  ['drops chapters before and behind the MP3', chapters([-50, -10, 'a'], [120, 140, 'b']), whole, []],
  ['cuts a chapter that begins before the film', chapters([-50, 10, 'a']), whole, chapters([0, 10, 'a'])],
  ['sorts chapters', chapters([50, 100, 'b'], [0, 50, 'a']), whole, chapters([0, 50, 'a'], [50, 100, 'b'])],
  [
    'ends a chapter where the next one begins',
    chapters([0, 80, 'a'], [50, 100, 'b']),
    whole,
    chapters([0, 50, 'a'], [50, 100, 'b']),
  ],
  [
    'prefers the later of two chapters with one start',
    chapters([0, 100, 'outer'], [0, 40, 'inner'], [40, 100, 'b']),
    whole,
    chapters([0, 40, 'inner'], [40, 100, 'b']),
  ],
  [
    'keeps a pause between chapters',
    chapters([0, 20, 'a'], [50, 100, 'b']),
    whole,
    chapters([0, 20, 'a'], [50, 100, 'b']),
  ],
  [
    'lets a chapter without an end last until the next one',
    chapters([0, Number.NaN, 'a'], [50, 0, 'b']),
    whole,
    chapters([0, 50, 'a'], [50, 100, 'b']),
  ],
  [
    'drops chapters without a start',
    chapters([Number.NaN, 10], [Number.POSITIVE_INFINITY, 20], [Number.NEGATIVE_INFINITY, 20]),
    whole,
    [],
  ],
  [
    'drops chapters without a length',
    chapters([10, 10.0001, 'a'], [10.0001, 10.0002, 'b'], [10.0002, 20, 'c']),
    whole,
    chapters([10.0002, 20, 'c']),
  ],
  ['cuts times beyond any clock', chapters([0, 1e300, 'a']), whole, chapters([0, 100, 'a'])],
];

describe('mapChapters', () => {
  for (const [title, given, timeline, expected] of CASES) {
    it(title, () => assert.deepEqual(mapChapters(given, timeline), expected));
  }
});
