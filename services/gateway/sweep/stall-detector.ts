const MAX_FACTOR = 16;

interface Watch {
  state: string;
  /** `performance.now()` of this process. The clocks of other machines may be wrong. */
  checkedAt: number;
  /** Milliseconds for which the state has not changed. */
  unchangedMs: number;
  /** Multiplies the timeout. It doubles with each publication, or a long queue would fill with duplicates. */
  factor: number;
}

/** Detects jobs that have not changed for too long, as far as this process has watched them. */
export interface StallDetector {
  /**
   * Returns undefined while the job may still change. `markRepublished` gives the job more time than before. `readAt` is a
   * time before `state` was read, by `performance.now()`.
   */
  check(id: string, state: string, readAt: number): { markRepublished(): void } | undefined;
  forgetAllBut(ids: ReadonlySet<string>): void;
}

export function createStallDetector(stallTimeoutMs: number): StallDetector {
  // Credit at most this much between two checks: after an outage of the store, or a pause of this process, live jobs need
  // time to make progress.
  const maxCreditMs = stallTimeoutMs / 2;
  const watches = new Map<string, Watch>();
  return {
    check(id, state, readAt) {
      const watch = watches.get(id);
      if (watch?.state !== state) {
        watches.set(id, { state, checkedAt: performance.now(), unchangedMs: 0, factor: 1 });
        return undefined;
      }
      watch.unchangedMs += Math.min(Math.max(0, readAt - watch.checkedAt), maxCreditMs);
      watch.checkedAt = readAt;
      if (watch.unchangedMs < stallTimeoutMs * watch.factor) return undefined;
      return {
        markRepublished() {
          watch.unchangedMs = 0;
          watch.factor = Math.min(watch.factor * 2, MAX_FACTOR);
        },
      };
    },
    forgetAllBut(ids) {
      for (const id of watches.keys()) if (!ids.has(id)) watches.delete(id);
    },
  };
}
