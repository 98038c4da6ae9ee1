import type { LeaseClock } from '../../../../../services/gateway/uploads/tus/stored-lease.ts';

/** A clock that runs fast while somebody waits. So the lease of a holder that is dead ends soon. */
export function fastClock(): LeaseClock {
  let now = 0;
  return {
    now: () => now,
    async wait(ms, signal) {
      for (const end = now + ms; now < end; now += 50) {
        signal.throwIfAborted();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
