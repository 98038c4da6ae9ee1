import { abortable } from '../../shared/runtime/abortable.ts';

/**
 * The number of reads of the position after which work counts as stalled. A pause of this process delays the reads, and so does not count
 * as a stall.
 */
const LOOKS = 10;

interface MovingOptions {
  /** Milliseconds without progress after which the wait ends. */
  stallMs: number;
  signal: AbortSignal;
}

/** Settles as `work` does. Rejects when `position` returns the same number for `stallMs`, and with the signal's reason. */
export async function whileMoving<T>(
  work: Promise<T>,
  position: () => number,
  { stallMs, signal }: MovingOptions,
): Promise<T> {
  const stalled = new AbortController();
  let seen = position();
  let looks = 0;
  const timer = setInterval(() => {
    const now = position();
    looks = now === seen ? looks + 1 : 0;
    seen = now;
    if (looks >= LOOKS) stalled.abort(new Error(`nothing has moved for ${stallMs} ms`));
  }, stallMs / LOOKS);
  try {
    return await abortable(work, AbortSignal.any([signal, stalled.signal]));
  } finally {
    clearInterval(timer);
  }
}
