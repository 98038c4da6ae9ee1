import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';

export interface Clock {
  advance(ms: number): void;
  /** Moves on in steps until `work` is settled, and gives its result. */
  until<T>(work: Promise<T>, stepMs?: number): Promise<T>;
}

/** Timers and `Date` of this test stand still until it moves them, those of `node:timers/promises` too. */
export function stoppedClock(test: TestContext): Clock {
  const { timers } = test.mock;
  timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
  // Named imports see the mocks only after this, and the originals again only after the next.
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
