/**
 * Which of several things are alive: those that have changed within `aliveMs` on our own monotonic clock. What appears while the
 * others are watched is alive.
 */
export interface Liveness {
  /**
   * Takes over what was read, by id. `readAt` is a time before the read, by the monotonic clock. What is not in it any more is
   * forgotten.
   */
  update(states: ReadonlyMap<string, string | number>, readAt: number): void;
  /** The living ones. Undefined while it is not known: at the beginning, and when there was no read for too long. */
  alive(now: number): Set<string> | undefined;
  /** Those that have not changed for `aliveMs`, as far as they were watched. */
  dead(): Set<string>;
}

interface Watched {
  state: string | number;
  unchangedMs: number;
  hasChanged: boolean;
}

/** @param beatMs a living thing changes at least this often, unless the store is slow */
export function createLiveness({ beatMs, aliveMs }: { beatMs: number; aliveMs: number }): Liveness {
  // After an outage of the store, or a pause of this process, living things need time to show a change.
  const maxCreditMs = aliveMs / 2;
  let watched = new Map<string, Watched>();
  let firstAt = Number.POSITIVE_INFINITY;
  let lastAt = Number.NEGATIVE_INFINITY;

  return {
    update(states, readAt) {
      const isFirst = readAt - lastAt > aliveMs;
      // A change since an old read says nothing about the present.
      const before = isFirst ? new Map<string, Watched>() : watched;
      if (isFirst) firstAt = readAt;
      const creditMs = Math.min(Math.max(0, readAt - lastAt), maxCreditMs);
      watched = new Map(
        [...states].map(([id, state]) => {
          const known = before.get(id);
          if (known?.state === state) return [id, { ...known, unchangedMs: known.unchangedMs + creditMs }];
          return [id, { state, unchangedMs: 0, hasChanged: !isFirst }];
        }),
      );
      lastAt = readAt;
    },
    alive(now) {
      // Since the first read, all that live have had time to change.
      const isKnown = lastAt - firstAt >= 2 * beatMs && now - lastAt < aliveMs;
      if (!isKnown) return undefined;
      return idsOf(watched, ({ hasChanged, unchangedMs }) => hasChanged && unchangedMs < aliveMs);
    },
    dead: () => idsOf(watched, ({ unchangedMs }) => unchangedMs >= aliveMs),
  };
}

const idsOf = (watched: ReadonlyMap<string, Watched>, test: (state: Watched) => boolean): Set<string> =>
  new Set([...watched].filter(([, state]) => test(state)).map(([id]) => id));
