import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FrameMap, planPlayRanges } from '../../../../services/converter/mp3/play-ranges.ts';

/** An MP3 whose frames have 400 bytes each, behind a tag of 208 bytes. */
function mapOf(frames: number, fields: Partial<FrameMap> = {}): FrameMap {
  const frameAt = (percent: number) => Math.ceil((percent * frames) / 100);
  const offsets = Array.from({ length: 100 }, (_, percent) => 208 + frameAt(percent) * 400);
  return { sampleRate: 44_100, frames, padding: 1000, offsets, ...fields };
}

const WHOLE = [{ start: 0, surplus: 0 }];

describe('planPlayRanges', () => {
  for (const [frames, count] of [
    [1000, 2],
    [22_988, 2],
    [22_988, 3],
    [1_234_567, 8],
  ] as const) {
    it(`divides ${frames} frames into ${count} ranges, each behind ten frames or more of the one before`, () => {
      const ranges = planPlayRanges(mapOf(frames), count);
      assert.equal(ranges.length, count);
      assert.deepEqual([ranges[0]?.start, ranges.at(-1)?.end], [0, undefined]);
      const end = 208 + frames * 400;
      let played = 0;
      for (const [index, { start, end: to = end, surplus }] of ranges.entries()) {
        const isLast = index === count - 1;
        const before = ranges[index - 1]?.end;
        const leadIn = before === undefined ? 0 : (before - start) / 400;
        assert.ok(index === 0 || leadIn >= 10, `range ${index} begins ${leadIn} frames early`);
        assert.equal(surplus, leadIn * 1152 + (isLast ? 1000 - 529 : 0));
        played += ((to - Math.max(208, start)) / 400) * 1152 - surplus;
      }
      assert.equal(played, frames * 1152 - (1000 - 529));
    });
  }

  it('does not divide a short sound, or one whose table is not complete, or for one process', () => {
    assert.deepEqual(planPlayRanges(mapOf(999), 2), WHOLE);
    assert.deepEqual(planPlayRanges(mapOf(5000, { offsets: [208] }), 2), WHOLE);
    assert.deepEqual(planPlayRanges(mapOf(5000), 1), WHOLE);
  });

  it('cuts nothing off at the end where the padding is shorter than the delay of a decoder', () => {
    const last = planPlayRanges(mapOf(1000, { padding: 528, sampleRate: 32_000 }), 2).at(-1);
    assert.equal(last?.surplus, 10 * 1152);
  });

  // A frame of silence at 24 kHz has 3 bytes for the data of the next ones, which may begin 255 bytes before it.
  for (const sampleRate of [8_000, 16_000, 22_050, 24_000])
    it(`returns one range at ${sampleRate} Hz, where the data of a frame may begin dozens of frames before it`, () => {
      assert.deepEqual(planPlayRanges(mapOf(5000, { sampleRate }), 4), WHOLE);
    });
});
