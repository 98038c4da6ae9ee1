import type { Log } from '../../shared/runtime/log.ts';

/** So many failures in a row mean that a dependency is down. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface FairQueue {
  /**
   * Does the work for the items in order until the signal, and returns those for which it succeeded. A failure is logged and
   * does not stop the others. After three failures in a row the rest waits for the next call, because each of them could take
   * the ten seconds of a timeout. An item that the signal has cut off has not failed, and is not logged.
   */
  run<T extends { id: string }>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
    signal: AbortSignal,
  ): Promise<T[]>;
}

export interface TurnsOptions {
  /** What the log calls an item. */
  idName?: string;
  /** The number of items that are worked on side by side. */
  atOnce?: number;
}

/**
 * Work on a list that is rebuilt for each pass, in which an item that always fails must not starve those behind it. Known
 * limit: three items that fail for the first time at the head of every pass would still starve the rest. That needs a new
 * faulty item per pass in front of all others, which is improbable.
 */
export function createFairQueue(log: Log, { idName = 'job_id', atOnce = 1 }: TurnsOptions = {}): FairQueue {
  /** Items that failed or were cut off when they last had a turn, the oldest first. They go last, in this order. */
  const unfinished = new Set<string>();

  return {
    async run(items, work, signal) {
      const byId = new Map(items.map((item) => [item.id, item]));
      for (const id of unfinished) if (!byId.has(id)) unfinished.delete(id);
      const order = [...byId.keys()].filter((id) => !unfinished.has(id)).concat(...unfinished);
      const succeeded = new Set<string>();
      let next = 0;
      let inARow = 0;

      async function takeOne(id: string): Promise<void> {
        const item = byId.get(id);
        if (!item) return;
        unfinished.delete(id);
        try {
          await work(item);
          succeeded.add(id);
          inARow = 0;
        } catch (error) {
          unfinished.add(id);
          if (signal.aborted) return;
          inARow++;
          log.warn({ err: error, [idName]: id }, 'an item could not be processed; the next pass tries again');
        }
      }
      const worker = async () => {
        while (next < order.length && inARow < MAX_FAILURES_IN_A_ROW && !signal.aborted)
          await takeOne(order[next++] ?? '');
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      const left = order.length - next;
      if (inARow >= MAX_FAILURES_IN_A_ROW)
        log.warn({ left }, `${inARow} failures in a row: the rest waits for the next pass`);
      return order.flatMap((id) => (succeeded.has(id) ? (byId.get(id) ?? []) : []));
    },
  };
}
