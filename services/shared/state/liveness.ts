/**
 * Which of several things are alive: those that have changed within `aliveMs` on our own monotonic clock. What is seen for the
 * first time, while others were watched already, has just appeared and is alive.
 */
export interface Liveness {
  /**
   * Takes over what was read, by id. `readAt` is a time before the read, by the monotonic clock. What is not in it any more is
   * forgotten.
   */
  update(states: ReadonlyMap<string, string | number>, readAt: number): void;
  /** The living ones. Undefined while it is not known, because there was no read for too long, or none before the last one. */
  alive(now: number): Set<string> | undefined;
}

interface Watched {
  state: string | number;
  /** Undefined where no change was seen. */
  unchangedMs: number | undefined;
}

/** @param beatMs a living thing changes at least this often */
export function createLiveness({ beatMs, aliveMs }: { beatMs: number; aliveMs: number }): Liveness {
  // After an outage of the store, or a pause of this process, living things need time to show a change.
  const maxCreditMs = aliveMs / 2;
  let watched = new Map<string, Watched>();
  let firstAt: number | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;

  return {
    update(states, readAt) {
      const isFirst = firstAt === undefined || readAt - lastAt > aliveMs;
      if (isFirst) {
        firstAt = readAt;
        // A change since an old read says nothing about the present.
        watched = new Map();
      }
      const creditMs = Math.min(Math.max(0, readAt - lastAt), maxCreditMs);
      watched = new Map(
        [...states].map(([id, state]) => {
          const before = watched.get(id);
          const isNew = before ? before.state !== state : !isFirst;
          const unchangedMs = isNew
            ? 0
            : before?.unchangedMs === undefined
              ? undefined
              : before.unchangedMs + creditMs;
          return [id, { state, unchangedMs }];
        }),
      );
      lastAt = readAt;
    },
    alive(now) {
      // One beat of each has passed since the first read, so that all that live have shown themselves.
      const isKnown = firstAt !== undefined && lastAt - firstAt > beatMs && now - lastAt < aliveMs;
      if (!isKnown) return undefined;
      const isAlive = ([, { unchangedMs }]: [string, Watched]) =>
        unchangedMs !== undefined && unchangedMs < aliveMs;
      return new Set([...watched].filter(isAlive).map(([id]) => id));
    },
  };
}
