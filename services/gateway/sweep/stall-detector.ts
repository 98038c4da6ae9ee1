const MAX_FACTOR = 16;

interface Watch {
  state: string;
  /** By this process's own clock: those of other machines may be wrong. */
  lookedAt: number;
  /** For how long it has stood still, in ms. */
  still: number;
  /** Doubles with each publication, or a long queue would fill with repetitions. */
  factor: number;
}

/** Which jobs have stood still for too long, as far as this process has watched them. */
export interface StallDetector {
  /**
   * Undefined while it may still move; `again` is called when it was taken up, and gives it more time than before.
   * `readAt` is a moment before `state` was read, by `performance.now()`.
   */
  check(id: string, state: string, readAt: number): { markRepublished(): void } | undefined;
  forgetAllBut(ids: Set<string>): void;
}

export function createStallDetector(silentMs: number): StallDetector {
  // What lies between two looks counts for no more: after an outage of the store, or a stop of this process, what is alive
  // has to get the time to move.
  const most = silentMs / 2;
  const watches = new Map<string, Watch>();
  return {
    check(id, state, readAt) {
      const watch = watches.get(id);
      if (watch?.state !== state) {
        watches.set(id, { state, lookedAt: performance.now(), still: 0, factor: 1 });
        return undefined;
      }
      watch.still += Math.min(Math.max(0, readAt - watch.lookedAt), most);
      watch.lookedAt = readAt;
      if (watch.still < silentMs * watch.factor) return undefined;
      return {
        markRepublished() {
          watch.still = 0;
          watch.factor = Math.min(watch.factor * 2, MAX_FACTOR);
        },
      };
    },
    forgetAllBut(ids) {
      for (const id of watches.keys()) if (!ids.has(id)) watches.delete(id);
    },
  };
}
