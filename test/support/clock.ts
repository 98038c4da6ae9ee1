import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';

export interface Clock {
  advance(ms: number): void;
  /** Advances the time in steps until `work` is settled, and returns its result. */
  until<T>(work: Promise<T>, stepMs?: number): Promise<T>;
}

/** Mocks `setTimeout` and `Date` for one test, also for `node:timers/promises`. The time stands still until the test advances it. */
export function stoppedClock(test: TestContext): Clock {
  const { timers } = test.mock;
  timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
  // Named imports see the mocks only after this call, and the original functions only after the call below.
  syncBuiltinESMExports();
  test.after(() => {
    timers.reset();
    syncBuiltinESMExports();
  });
  return {
    advance: (ms) => timers.tick(ms),
    async until(work, stepMs = 100) {
      let settled = false;
      const done = () => {
        settled = true;
      };
      work.then(done, done);
      while (!settled) {
        await setImmediate();
        timers.tick(stepMs);
      }
      return work;
    },
  };
}
