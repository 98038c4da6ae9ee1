import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extent } from '../../../../services/converter/completeness/extent.ts';
import { judge } from '../../../../services/converter/completeness/judge.ts';

/** What a warning says: its code, what was converted, and what the file states. */
type Expected = [code: string, seconds: number, of?: number] | undefined;

const table: [title: string, extent: Extent, converted: [end: number, sum: number], expected: Expected][] = [
  ['a cut file that states its length', { end: 'cut', soundSeconds: 60 }, [30, 30], ['truncated', 30, 60]],
  [
    'a cut of half a second of an hour',
    { end: 'cut', soundSeconds: 3600 },
    [3599.4, 3599.4],
    ['truncated', 3599.4, 3600],
  ],
  [
    'a cut of two hundredths of a short file',
    { end: 'cut', soundSeconds: 6 },
    [5.88, 5.88],
    ['truncated', 5.88, 6],
  ],
  [
    'a cut that takes less than a packet of sound',
    { end: 'cut', soundSeconds: 60 },
    [59.97, 59.97],
    undefined,
  ],
  ['a cut file whose sound is all there', { end: 'cut', soundSeconds: 60 }, [60.02, 60.02], undefined],
  ['a cut recording that states no length', { end: 'cut' }, [30, 30], ['truncated', 30]],
  [
    'a cut file that states less than it holds',
    { end: 'cut', soundSeconds: 10 },
    [30, 30],
    ['truncated', 30],
  ],
  [
    'a cut file of which a share of the bytes is there',
    { end: 'cut', share: 0.25 },
    [2, 2],
    ['truncated', 2, 8],
  ],
  [
    'a cut file with a jump of its clock',
    { end: 'cut', soundSeconds: 60 },
    [40_000, 30],
    ['truncated', 30, 60],
  ],
  ['a cut file with a hole in its sound', { end: 'cut', soundSeconds: 60 }, [30, 20], ['truncated', 30, 60]],
  [
    'a cut at the end of a film whose sound had ended',
    { end: 'cut', fileSeconds: 60, lastSeconds: 59.9 },
    [20, 20],
    undefined,
  ],
  [
    'a cut in the middle of a film, with one length for all',
    { end: 'cut', fileSeconds: 60, lastSeconds: 30 },
    [30, 30],
    ['truncated', 30, 60],
  ],
  ['a whole file', { end: 'whole', soundSeconds: 60, fileSeconds: 60, lastSeconds: 60 }, [60, 60], undefined],
  [
    'a cut file whose last packet is long and incomplete',
    { end: 'cut', soundSeconds: 6, wholeSeconds: 5.2 },
    [6, 6],
    ['truncated', 5.2, 6],
  ],
  ['a whole file that states nothing', { end: 'whole' }, [60, 60], undefined],
  [
    'a whole file whose header states more',
    { end: 'whole', soundSeconds: 120 },
    [60, 60],
    ['header_length_wrong', 60, 120],
  ],
  [
    'a whole file whose header states more for all tracks',
    { end: 'whole', fileSeconds: 6000, lastSeconds: 60 },
    [60, 60],
    ['header_length_wrong', 60, 6000],
  ],
  [
    'a whole file whose sound ends before the picture',
    { end: 'whole', fileSeconds: 60, lastSeconds: 59.9 },
    [20, 20],
    undefined,
  ],
  [
    'a whole file of which only the length of all tracks is known',
    { end: 'whole', fileSeconds: 60 },
    [20, 20],
    undefined,
  ],
  ['a whole file with holes in its sound', { end: 'whole', soundSeconds: 60 }, [60, 20], undefined],
  ['a whole file whose timestamps are useless', { end: 'whole', soundSeconds: 60 }, [0.02, 60], undefined],
  ['a whole file whose header is rounded', { end: 'whole', soundSeconds: 60.4 }, [60, 60], undefined],
  [
    'a whole file whose header is rounded in a long film',
    { end: 'whole', soundSeconds: 7260 },
    [7200, 7200],
    undefined,
  ],
  ['a whole file whose header states less', { end: 'whole', soundSeconds: 10 }, [60, 60], undefined],
  [
    'a file without sizes that holds less than it states',
    { end: 'unknown', soundSeconds: 60 },
    [30, 30],
    ['truncated', 30, 60],
  ],
  ['a live recording', { end: 'unknown' }, [30, 30], undefined],
];

describe('judge', () => {
  for (const [title, extent, [endSeconds, sumSeconds], expected] of table) {
    it(`${expected ? `reports ${expected[0]} for` : 'says nothing about'} ${title}`, () => {
      const warning = judge(extent, { endSeconds, sumSeconds });
      const [code, seconds, of_seconds] = expected ?? [];
      assert.deepEqual(
        warning && { code: warning.code, seconds: warning.seconds, of_seconds: warning.of_seconds },
        expected && { code, seconds, of_seconds },
      );
    });
  }

  const texts: [title: string, extent: Extent, seconds: number, detail: string][] = [
    [
      'both lengths',
      { end: 'cut', soundSeconds: 6 },
      3.456,
      'The end of the file is missing: the first 3.5 seconds of 6 seconds are there.',
    ],
    [
      'both lengths of a long film',
      { end: 'cut', soundSeconds: 7200 },
      605.4,
      'The end of the file is missing: the first 10:05 of 2:00:00 are there.',
    ],
    [
      'what there is, where no length is stated',
      { end: 'cut' },
      3723,
      'The end of the file is missing: the first 1:02:03 are there.',
    ],
    [
      'that nothing is missing, where only the header is wrong',
      { end: 'whole', soundSeconds: 6000 },
      6,
      'The file states a length of 1:40:00, and holds 6 seconds. Nothing is missing.',
    ],
  ];
  for (const [title, extent, seconds, detail] of texts) {
    it(`tells the owner ${title}`, () => {
      assert.equal(judge(extent, { endSeconds: seconds, sumSeconds: seconds })?.detail, detail);
    });
  }

  it('rounds lengths to milliseconds, and states only those that are known', () => {
    const cut = judge({ end: 'cut' }, { endSeconds: 30.00049, sumSeconds: 30 });
    assert.deepEqual(cut, { code: 'truncated', detail: cut?.detail, seconds: 30 });
  });
});
