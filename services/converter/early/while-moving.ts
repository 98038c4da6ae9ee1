import { abortable } from '../../shared/runtime/abortable.ts';

/** Looks within the time after which work that does not move is left. A pause of this process counts as one of them. */
const LOOKS = 10;

interface MovingOptions {
  /** Milliseconds without any movement after which nobody waits any more. */
  stallMs: number;
  signal: AbortSignal;
}

/**
 * Settles as `work` does as long as that moves: `position` returns another number each time. Rejects where it stands still for too long,
 * and with the signal's reason.
 */
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
