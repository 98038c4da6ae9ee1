import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFairOrder, type Placed } from '../../../../services/gateway/queue/fair-order.ts';

const MIB = 1024 ** 2;

/** `anna:5` is a job of Anna that was queued in second 5, `anna:5:100` one of 100 MiB, and `guest-anna:5` one of a guest. */
function placed(text: string): Placed {
  const [owner = '', second = '', mib = '1'] = text.split(':');
  return {
    ...{ id: text, owner, account: owner.startsWith('guest') ? 'guests' : owner },
    ...{ updatedAt: new Date(Number(second) * 1000).toISOString(), size: Number(mib) * MIB },
    ...{ soundSeconds: null, isNormalized: false },
  };
}
const order = (queued: string[], converting: string[] = []) =>
  createFairOrder(queued.map(placed), converting.map(placed));

describe('createFairOrder', () => {
  type Row = [title: string, queued: string[], converting: string[], expected: string[]];
  const ROWS: Row[] = [
    [
      'is that of their times for the jobs of one user',
      ['a:3', 'a:1', 'a:2'],
      ['a:0'],
      ['a:1', 'a:2', 'a:3'],
    ],
    [
      'puts the only job of a user before the second one of another',
      ['a:1', 'a:2', 'a:3', 'a:4', 'b:9'],
      [],
      ['a:1', 'b:9', 'a:2', 'a:3', 'a:4'],
    ],
    ['counts the jobs that are converted', ['a:1', 'a:2', 'b:9'], ['a:0'], ['b:9', 'a:1', 'a:2']],
    [
      'counts jobs by their work, and not by their number',
      ['a:1:100', 'a:2', 'b:3', 'b:4', 'b:5'],
      [],
      ['a:1:100', 'b:3', 'b:4', 'b:5', 'a:2'],
    ],
    [
      'gives all guests together the turns of one user, and then each guest a turn',
      ['guest-x:1', 'guest-x:2', 'guest-y:3', 'guest-z:4', 'a:8', 'a:9'],
      [],
      ['guest-x:1', 'a:8', 'guest-y:3', 'a:9', 'guest-z:4', 'guest-x:2'],
    ],
    ['is empty where no job is queued', [], ['a:0'], []],
  ];
  for (const [title, queued, converting, expected] of ROWS) {
    it(title, () => {
      const { jobs, positionOf } = order(queued, converting);
      assert.deepEqual(
        jobs.map(({ id }) => id),
        expected,
      );
      assert.deepEqual(
        jobs.map((job) => positionOf(job)),
        expected.map((_, index) => index + 1),
      );
      const shuffled = createFairOrder(queued.toReversed().map(placed), converting.map(placed));
      assert.deepEqual(shuffled.jobs, jobs, 'each gateway reads the jobs in another order');
    });
  }

  it('places a job that was queued after the jobs were read', () => {
    const { positionOf } = order(['a:1', 'a:2', 'a:3'], ['a:0']);
    assert.deepEqual([positionOf(placed('b:9')), positionOf(placed('a:9'))], [1, 4]);
  });
});
