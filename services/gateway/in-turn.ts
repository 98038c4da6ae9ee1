import type { Log } from '../shared/log.ts';

/** So many failures in a row are no accident: what all of the items need is away. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface Turns {
  /**
   * Does the work for one item after the other until the signal, and returns those for which it succeeded. A failure is
   * logged and leaves the others their turn. After three failures in a row the rest waits for the next call: each of them
   * could take the ten seconds of a timeout.
   */
  take<T extends { id: string }>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
    signal: AbortSignal,
  ): Promise<T[]>;
}

/**
 * Work on a list that is made anew for each pass, in which an item that always fails must not starve those behind it.
 * `idName`: what the log calls an item.
 */
export function createTurns(log: Log, idName = 'job_id'): Turns {
  /** Items that failed when they last had a turn, the oldest failure first. They go last, in this order. */
  const failed = new Set<string>();

  return {
    async take(items, work, signal) {
      const byId = new Map(items.map((item) => [item.id, item]));
      for (const id of failed) if (!byId.has(id)) failed.delete(id);
      const order = [...byId.keys()].filter((id) => !failed.has(id)).concat(...failed);
      const succeeded: (typeof items)[number][] = [];
      let inARow = 0;
      for (const [at, id] of order.entries()) {
        const item = byId.get(id);
        if (!item || signal.aborted) break;
        failed.delete(id);
        try {
          await work(item);
          succeeded.push(item);
          inARow = 0;
        } catch (error) {
          failed.add(id);
          log.warn({ err: error, [idName]: id }, 'could not be swept; the next pass tries again');
          if (++inARow < MAX_FAILURES_IN_A_ROW) continue;
          const left = order.length - at - 1;
          log.warn({ left }, `${inARow} failures in a row: the rest waits for the next pass`);
          break;
        }
      }
      return succeeded;
    },
  };
}
