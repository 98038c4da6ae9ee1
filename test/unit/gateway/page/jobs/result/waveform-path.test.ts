import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  barCount,
  barsOf,
  pathOf,
} from '../../../../../../services/gateway/page/app/jobs/result/waveform-path.ts';

describe('barsOf(peaks, count)', () => {
  it('takes the loudest of the peaks of each bar', () => {
    assert.deepEqual(barsOf([0, 255, 51, 0, 102, 0], 3), [1, 0.2, 0.4]);
  });

  it('uses every peak, whatever the number of bars', () => {
    const peaks = Array.from({ length: 1000 }, () => 0);
    for (let at = 0; at < 1000; at += 37) {
      const one = peaks.with(at, 255);
      for (const count of [16, 173, 999, 1000])
        assert.equal(Math.max(...barsOf(one, count)), 1, `${at} ${count}`);
    }
  });

  it('repeats peaks where there are more bars', () => {
    assert.deepEqual(barsOf([255, 0], 4), [1, 1, 0, 0]);
  });

  it('draws quiet sound higher, but noise not as loud as sound', () => {
    assert.deepEqual(barsOf([102, 51], 2), [1, 0.5]);
    assert.ok(barsOf([3, 3], 2).every((bar) => bar < 0.05));
  });

  it('returns flat bars for silence, and for an MP3 without a waveform', () => {
    assert.deepEqual(barsOf([0, 0], 2), [0, 0]);
    assert.deepEqual(barsOf([], 3), [0, 0, 0]);
  });
});

describe('pathOf(bars)', () => {
  it('draws one stroke for each bar, around the middle', () => {
    assert.equal(pathOf([1, 0]), 'M2 2V62M6 31V33');
  });
});

describe('barCount(width)', () => {
  it('grows with the width, and is at least one', () => {
    assert.deepEqual([0, 320, 640].map(barCount), [16, 80, 160]);
  });
});
