import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { watchPace } from '../../../../services/gateway/limits/minimum-rate.ts';
import { isAppError } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { randomNumbers } from '../../../support/random.ts';

const RATE = { bytesPerSecond: 500, windowMs: 60_000 };
const NEVER = 3600_000;

/** An upload under a clock that the test moves. */
function startUpload(context: TestContext, rate = RATE) {
  const clock = stoppedClock(context);
  const pace = watchPace(rate, Date.now);
  context.after(() => pace[Symbol.dispose]());
  /** Waits for something that comes after `ms`. Returns the milliseconds after which the upload was ended, or undefined. */
  async function wait(ms: number): Promise<number | undefined> {
    const began = Date.now();
    const next = Promise.withResolvers<void>();
    let ended: number | undefined;
    const waited = pace.wait(next.promise).catch((error: unknown) => {
      assert.ok(isAppError(error, 'too_slow'));
      ended = Date.now() - began;
    });
    await setImmediate();
    for (let left = ms; left > 0 && ended === undefined; left -= 100) {
      clock.advance(Math.min(100, left));
      await setImmediate();
    }
    next.resolve();
    await waited;
    return ended;
  }
  return { pace, clock, wait };
}

describe('the pace of an upload', () => {
  it('ends an upload that sends nothing once it is a window behind, and not before', async (context) => {
    const { wait } = startUpload(context);
    assert.equal(await wait(NEVER), 60_000);
  });

  it('ends an upload at half the minimum rate after two windows', async (context) => {
    const { pace, wait } = startUpload(context);
    let ended: number | undefined;
    let seconds = 0;
    for (; ended === undefined && seconds < 1000; seconds++) {
      ended = await wait(1000);
      pace.count(250);
    }
    assert.ok(seconds >= 118 && seconds <= 122, `${seconds}`);
  });

  it('does not let many early bytes pay for a later pause', async (context) => {
    const { pace, wait } = startUpload(context);
    pace.count(1e9);
    assert.equal(await wait(NEVER), 60_000);
  });

  it('ends an upload whose pieces have no byte of the file, however fast they arrive', async (context) => {
    const { wait } = startUpload(context);
    let ended: number | undefined;
    let pieces = 0;
    while (ended === undefined && pieces < 10_000) {
      ended = await wait(10);
      pieces++;
    }
    assert.ok(pieces >= 5_900 && pieces <= 6_100, `${pieces}`);
  });

  it('does not count time in which nobody waits for the client', async (context) => {
    const { pace, clock, wait } = startUpload(context);
    assert.equal(await wait(59_000), undefined);
    for (let hour = 0; hour < 3600; hour++) clock.advance(1000);
    assert.equal(await wait(500), undefined);
    pace.count(30_000);
    assert.equal(await wait(59_000), undefined);
  });

  it('does not count time in which the process stood still', async (context) => {
    let now = 0;
    const clock = stoppedClock(context);
    using pace = watchPace(RATE, () => now);
    const next = Promise.withResolvers<string>();
    const waited = pace.wait(next.promise);
    now += NEVER;
    clock.advance(1000);
    next.resolve('a piece');
    assert.equal(await waited, 'a piece');
  });

  it('ends nothing where the minimum is 0', async (context) => {
    const { wait } = startUpload(context, { ...RATE, bytesPerSecond: 0 });
    assert.equal(await wait(300_000), undefined);
  });

  it('names the way out', async (context) => {
    const clock = stoppedClock(context);
    using pace = watchPace(RATE, Date.now);
    const refused = assert.rejects(
      pace.wait(new Promise(() => undefined)),
      /resumable upload \(POST \/uploads\)/,
    );
    for (let second = 0; second < 61; second++) clock.advance(1000);
    await refused;
  });
});

describe('the pace of an honest line', () => {
  for (let seed = 1; seed <= 20; seed++) {
    it(`lets a line pass whose pauses and rates vary, seed ${seed}`, async (context) => {
      const { pace, wait } = startUpload(context);
      const random = randomNumbers(seed);
      // On average at least the minimum, sent in bursts of random sizes after random pauses of up to 50 s.
      for (let burst = 0; burst < 30; burst++) {
        const pauseMs = random(50_000);
        assert.equal(await wait(pauseMs), undefined, `burst ${burst}`);
        let bytes = Math.ceil((pauseMs / 1000) * (RATE.bytesPerSecond + random(500)));
        while (bytes > 0) {
          const piece = Math.min(bytes, 1 + random(4000));
          pace.count(piece);
          bytes -= piece;
        }
      }
    });
  }
});
