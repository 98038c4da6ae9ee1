import { setTimeout as sleep } from 'node:timers/promises';

export interface LeaseTimes {
  /** What does not change for this long has lost its holder. */
  leaseMs: number;
  pollMs: number;
}

/**
 * Waits until it is known whether the holder of a lease is alive, which its next change shows. A lease is «the ETag has not
 * changed for `leaseMs` on our monotonic clock», never a time of another machine.
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
