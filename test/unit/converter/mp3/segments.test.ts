import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OVERRUN, PREROLL, planSegments, samplesOf } from '../../../../services/converter/mp3/segments.ts';

describe('segments', () => {
  for (const count of [1, 2, 3, 8]) {
    it(`${count} cover the sound without a gap`, () => {
      const segments = planSegments(600, 44_100, count);
      assert.equal(segments.length, count);
      assert.equal(segments[0]?.first, 0);
      assert.equal(segments.at(-1)?.end, undefined);
      for (const [index, { end }] of segments.slice(0, -1).entries()) {
        assert.equal(end, segments[index + 1]?.first);
      }
    });
  }

  it('later ones are shorter: they decode what lies before them', () => {
    const cuts = planSegments(600, 48_000, 4).map(({ first }) => first);
    const lengths = [...cuts.slice(1), 25_000].map((end, index) => end - (cuts[index] ?? 0));
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => b - a),
    );
    assert.ok((lengths[0] ?? 0) < 1.5 * (lengths[3] ?? 0), String(lengths));
  });

  it('start early and end late, but not before the sound', () => {
    const [first, second] = planSegments(600, 48_000, 2);
    assert.ok(first && second);
    assert.equal(second.start, second.first - PREROLL);
    assert.deepEqual(samplesOf(first, 48_000), { from: 0, to: (second.first + OVERRUN) * 1152 });
    assert.deepEqual(samplesOf(second, 48_000), { from: second.start * 1152 });
    assert.deepEqual(samplesOf(second, 24_000), { from: second.start * 576 });
    assert.equal(planSegments(1, 48_000, 2)[1]?.start, 0);
  });
});
