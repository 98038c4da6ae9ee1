import { setTimeout as sleep } from 'node:timers/promises';

export interface LeaseTimes {
  /** A lease that does not change for this many milliseconds has lost its holder. */
  leaseMs: number;
  pollMs: number;
}

/**
 * Waits until it is known whether the holder of a lease is alive. A living holder changes the document, and with it the
 * ETag. A lease is over when its ETag has not changed for `leaseMs` on our own monotonic clock. Clocks of other machines do
 * not matter.
 */
export async function isAbandoned(
  seen: { etag: string },
  read: () => Promise<{ etag: string } | undefined>,
  { leaseMs, pollMs }: LeaseTimes,
  signal: AbortSignal,
): Promise<boolean> {
  const since = performance.now();
  while (performance.now() - since < leaseMs) {
    await sleep(pollMs, undefined, { signal });
    if ((await read())?.etag !== seen.etag) return false;
  }
  return true;
}
