import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scheduleFaults } from '../../../chaos/faults/schedule.ts';

const KINDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const kindsOf = (seed: number, count = 30) =>
  scheduleFaults(seed, KINDS, { seconds: 600, count }).map(({ kind }) => kind);

describe('scheduleFaults(seed, kinds, options)', () => {
  it('gives the same faults for the same seed, and others for another', () => {
    const options = { seconds: 600, count: 30 };
    assert.deepEqual(scheduleFaults(7, KINDS, options), scheduleFaults(7, KINDS, options));
    assert.notDeepEqual(kindsOf(7), kindsOf(8));
  });

  it('keeps the order of a seed when there are more faults', () => {
    assert.deepEqual(kindsOf(7, 60).slice(0, 30), kindsOf(7, 30));
  });

  for (const seed of [0, 1, 2, 3, 4, 5, 999_999]) {
    it(`draws every kind once before any kind comes again, with seed ${seed}`, () => {
      const kinds = kindsOf(seed, KINDS.length * 3);
      for (let start = 0; start < kinds.length; start += KINDS.length)
        assert.deepEqual(kinds.slice(start, start + KINDS.length).sort(), KINDS);
    });
  }

  it('draws every kind even if the count is smaller', () => {
    assert.deepEqual(kindsOf(1, 2).sort(), KINDS);
  });

  it('shuffles each bag of kinds again', () => {
    const kinds = kindsOf(3, KINDS.length * 2);
    assert.notDeepEqual(kinds.slice(0, KINDS.length), kinds.slice(KINDS.length));
  });

  it('orders the faults within the time, with pauses that differ', () => {
    const times = scheduleFaults(5, KINDS, { seconds: 100, count: 20 }).map(({ at }) => at);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.ok((times[0] ?? 0) > 0 && (times.at(-1) ?? 100) < 100);
    const pauses = new Set(times.slice(1).map((at, index) => Math.round((at - (times[index] ?? 0)) * 100)));
    assert.ok(pauses.size > 10);
  });
});
