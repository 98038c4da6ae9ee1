interface Pace {
  /** Milliseconds between the beginnings of two reads, at least. */
  minPauseMs: number;
  /** The pause is at least this many times as long as the last read took, so that reading takes a bounded part of the time. */
  pauseFactor?: number;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  onError: (error: unknown) => void;
}

/**
 * Returns a function that reads, unless that was done shortly before. All callers share one read. It resolves after the read under
 * way, and never rejects.
 */
export function createPacedRead(read: () => Promise<void>, pace: Pace): () => Promise<void> {
  const { minPauseMs, pauseFactor = 1, now, onError } = pace;
  let nextAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function readOnce(): Promise<void> {
    const begunAt = now();
    await read().catch(onError);
    nextAt = begunAt + Math.max(minPauseMs, (now() - begunAt) * pauseFactor);
    reading = undefined;
  }

  return async () => {
    if (!reading && now() < nextAt) return;
    reading ??= readOnce();
    await reading;
  };
}
