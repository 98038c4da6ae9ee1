import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConversionSpeed } from '../../../../services/converter/capacity/conversion-speed.ts';
import { measureSpeed } from '../../../../services/converter/job/measure-speed.ts';

const plain = { soundSeconds: 3000, isNormalized: false };
const normalized = { soundSeconds: 3000, isNormalized: true };
const close = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not about ${expected}`);

describe('createConversionSpeed', () => {
  it('starts with 50 seconds of sound a second, and half of that with normalize', () => {
    const speed = createConversionSpeed();
    assert.deepEqual([speed.estimate(plain), speed.estimate(normalized)], [60, 120]);
  });

  it('comes to what is measured, most by long conversions', () => {
    const speed = createConversionSpeed();
    speed.record({ soundSeconds: 1, seconds: 0.5, isNormalized: false });
    close(speed.estimate(plain), 60, 4);
    for (let count = 0; count < 10; count += 1) {
      speed.record({ soundSeconds: 6000, seconds: 300, isNormalized: false });
    }
    close(speed.estimate(plain), 150, 1);
    assert.equal(speed.estimate(normalized), 120);
  });

  it('forgets old conversions', () => {
    const speed = createConversionSpeed();
    speed.record({ soundSeconds: 30_000, seconds: 3000, isNormalized: true });
    close(speed.estimate(normalized), 300, 5);
    for (let count = 0; count < 20; count += 1) {
      speed.record({ soundSeconds: 10_000, seconds: 100, isNormalized: true });
    }
    close(speed.estimate(normalized), 30, 1);
  });

  it('ignores an empty measurement', () => {
    const speed = createConversionSpeed();
    speed.record({ soundSeconds: 0, seconds: 100, isNormalized: false });
    speed.record({ soundSeconds: 10, seconds: 0, isNormalized: false });
    assert.equal(speed.estimate(plain), 60);
  });
});

describe('measureSpeed', () => {
  const request = { options: { normalize: -16 } } as never;

  it('records a conversion once its MP3 is verified', async () => {
    const recorded: { soundSeconds: number; isNormalized: boolean }[] = [];
    const transcode = measureSpeed(
      async () => ({ path: 'a.mp3', parts: 1, verify: async () => ({ seconds: 60 }) }) as never,
      {
        record: ({ soundSeconds, isNormalized, seconds }) => {
          assert.ok(seconds > 0);
          recorded.push({ soundSeconds, isNormalized });
        },
      },
    );
    const encoded = await transcode(request);
    assert.deepEqual(recorded, []);
    assert.equal((await encoded.verify()).seconds, 60);
    assert.deepEqual(recorded, [{ soundSeconds: 60, isNormalized: true }]);
  });

  it('records nothing where the MP3 is not good', async () => {
    const verify = () => Promise.reject(new Error('cut'));
    const transcode = measureSpeed(async () => ({ path: 'a.mp3', parts: 1, verify }) as never, {
      record: () => assert.fail('recorded'),
    });
    await assert.rejects((await transcode(request)).verify(), /cut/);
  });
});
