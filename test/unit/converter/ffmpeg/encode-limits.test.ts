import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeLimits } from '../../../../services/converter/ffmpeg/encode-limits.ts';
import { audioTrack } from '../../../support/audio-track.ts';

const HOUR = 3600;
const limits = { maxDurationSeconds: 12 * HOUR, maxConvertSeconds: 6 * HOUR };
const cpu = (expectedSeconds: number | undefined, inputBytes: number, changed = {}) =>
  encodeLimits({
    audio: audioTrack({ expectedSeconds, isLengthStated: expectedSeconds !== undefined }),
    inputBytes,
    limits: { ...limits, ...changed },
  }).cpuSeconds;

describe('encodeLimits › processor time', () => {
  const table: [string, number, number][] = [
    ['is a fifth of twice the stated length, and some minutes', cpu(HOUR, 1000), 120 + (2 * HOUR + 600) / 5],
    ['does not grow with the picture of a film', cpu(600, 10 ** 12), 120 + 1800 / 5],
    ['allows some minutes where the header states too little', cpu(1, 36_000_000), 120 + 602 / 5],
    ['follows the size where no length is stated', cpu(undefined, 36_000_000), 120 + (10 * HOUR) / 5],
    ['is never more than that of the longest sound', cpu(undefined, 10 ** 12), 120 + (12 * HOUR) / 5],
    ['never exceeds the time of a conversion', cpu(HOUR, 1000, { maxConvertSeconds: 60 }), 60],
  ];
  for (const [name, actual, expected] of table) it(name, () => assert.equal(actual, expected));
});
