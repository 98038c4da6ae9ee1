import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONSTANT_RATE, VARIABLE_RATE } from '../../../../services/converter/mp3/join-method.ts';
import { ownSamples, planSegments, sampleRange } from '../../../../services/converter/mp3/segments.ts';

const { overlap } = VARIABLE_RATE;
const plan = (seconds: number, sampleRate: number, count: number) =>
  planSegments({ seconds, sampleRate, count, overlap });

describe('planSegments and sampleRange', () => {
  for (const count of [1, 2, 3, 8]) {
    it(`cover the sound with ${count} segments, without a gap`, () => {
      const segments = plan(600, 44_100, count);
      assert.equal(segments.length, count);
      assert.equal(segments[0]?.keepFrom, 0);
      assert.equal(segments.at(-1)?.keepUntil, undefined);
      for (const [index, { keepUntil: end }] of segments.slice(0, -1).entries()) {
        assert.equal(end, segments[index + 1]?.keepFrom);
      }
    });
  }

  it('make later segments shorter, because their processes decode everything before them', () => {
    const cuts = plan(600, 48_000, 4).map(({ keepFrom: first }) => first);
    const lengths = [...cuts.slice(1), 25_000].map((end, index) => end - (cuts[index] ?? 0));
    assert.deepEqual(
      lengths,
      lengths.toSorted((a, b) => b - a),
    );
    assert.ok((lengths[0] ?? 0) < 1.5 * (lengths[3] ?? 0), String(lengths));
  });

  it('encode some extra frames before and after a segment, but none before the start of the sound', () => {
    const [first, second] = plan(600, 48_000, 2);
    assert.ok(first && second);
    assert.equal(second.encodeFrom, second.keepFrom - overlap.preroll);
    assert.deepEqual(sampleRange(first, 48_000, overlap), {
      from: 0,
      to: (second.keepFrom + overlap.overrun) * 1152,
    });
    assert.deepEqual(sampleRange(second, 48_000, overlap), { from: second.encodeFrom * 1152 });
    assert.deepEqual(sampleRange(second, 24_000, overlap), { from: second.encodeFrom * 576 });
    assert.equal(plan(1, 48_000, 2)[1]?.encodeFrom, 0);
  });

  it('begin at a constant bit rate where the pattern begins in which frames of 44.1 kHz are padded', () => {
    const cuts = planSegments({ seconds: 600, sampleRate: 44_100, count: 4, overlap: CONSTANT_RATE.overlap });
    for (const { encodeFrom, keepFrom } of cuts) {
      assert.equal(encodeFrom % 49, 0);
      assert.ok(keepFrom === 0 || keepFrom - encodeFrom >= CONSTANT_RATE.overlap.preroll);
    }
  });

  for (const [rate, step] of [
    [48_000, 4800],
    [11_025, 1103],
  ] as const) {
    it(`have each sample for one of them, and meet between two steps: at ${rate} Hz`, () => {
      let next = 0;
      for (const segment of plan(600, rate, 5)) {
        const { from, to = Number.POSITIVE_INFINITY } = sampleRange(segment, rate, overlap);
        const { leadIn, length = Number.POSITIVE_INFINITY } = ownSamples(segment, rate, step);
        assert.equal(from + leadIn, next);
        assert.ok(leadIn === 0 || leadIn >= step, 'the meter settles in a step');
        next = from + leadIn + length;
        assert.ok(next <= to, 'its process encodes all of them');
        assert.ok(next % step === 0 || length === Number.POSITIVE_INFINITY);
      }
      assert.equal(next, Number.POSITIVE_INFINITY);
    });
  }
});
