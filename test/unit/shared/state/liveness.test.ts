import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLiveness } from '../../../../services/shared/state/liveness.ts';

const TIMES = { beatMs: 5_000, aliveMs: 20_000 };
type Read = [seconds: number, states: Record<string, number>];

/** Who is alive after these reads, one second after the last one or at the given time. */
function aliveAfter(reads: Read[], atSeconds = (reads.at(-1)?.[0] ?? 0) + 1): string[] | undefined {
  const liveness = createLiveness(TIMES);
  for (const [seconds, states] of reads) liveness.update(new Map(Object.entries(states)), seconds * 1000);
  const alive = liveness.alive(atSeconds * 1000);
  return alive && [...alive].sort();
}

describe('createLiveness', () => {
  const ROWS: [title: string, reads: Read[], alive: string[] | undefined, atSeconds?: number][] = [
    ['knows nothing before the first read', [], undefined],
    ['knows nothing after one read, because the dead look like the living', [[0, { a: 1 }]], undefined],
    [
      'knows nothing before everything alive has had time to change',
      [
        [0, { a: 1 }],
        [2, { a: 1 }],
      ],
      undefined,
    ],
    [
      'counts what has changed, and not what has not',
      [
        [0, { a: 1, b: 9 }],
        [10, { a: 3, b: 9 }],
      ],
      ['a'],
    ],
    [
      'counts what has appeared since',
      [
        [0, {}],
        [10, { a: 1 }],
      ],
      ['a'],
    ],
    [
      'knows that nothing is alive',
      [
        [0, {}],
        [10, {}],
      ],
      [],
    ],
    [
      'still counts what has not changed for less than the limit',
      [
        [0, { a: 1 }],
        [10, { a: 2 }],
        [20, { a: 2 }],
        [28, { a: 2 }],
      ],
      ['a'],
    ],
    [
      'counts nothing that has not changed for the limit',
      [
        [0, { a: 1 }],
        [10, { a: 2 }],
        [20, { a: 2 }],
        [30, { a: 2 }],
      ],
      [],
    ],
    [
      'forgets what is not there any more',
      [
        [0, { a: 1 }],
        [10, { a: 2 }],
        [12, {}],
      ],
      [],
    ],
    [
      'knows nothing when the last read is too long ago',
      [
        [0, { a: 1 }],
        [10, { a: 2 }],
      ],
      undefined,
      31,
    ],
    [
      'does not take a change since a read of long ago for life',
      [
        [0, { a: 1 }],
        [10, { a: 2 }],
        [600, { a: 9 }],
      ],
      undefined,
    ],
    [
      'finds out who lives after an outage',
      [
        [0, { a: 1, b: 1 }],
        [10, { a: 2, b: 2 }],
        [600, { a: 9, b: 9 }],
        [602, { a: 9, b: 9 }],
        [610, { a: 10, b: 9 }],
      ],
      ['a'],
    ],
    [
      'does not count a gap between two reads against the living',
      [
        [0, { a: 1 }],
        [8, { a: 2 }],
        [26, { a: 2 }],
      ],
      ['a'],
    ],
  ];
  for (const [title, reads, alive, at] of ROWS)
    it(title, () => {
      assert.deepEqual(aliveAfter(reads, at), alive);
    });
});
