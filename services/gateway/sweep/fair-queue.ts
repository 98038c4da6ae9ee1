import type { Log } from '../../shared/runtime/log.ts';

/** This many failures in a row mean that a dependency is down. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface FairQueue {
  /**
   * Does the work for the items until the signal is aborted, and returns the items for which it succeeded. A failure is logged
   * and does not stop the others. After three failures in a row the remaining items wait for the next call, because each of
   * them could take the ten seconds of a timeout. An item that is cut off by the signal has not failed, and is not logged.
   */
  run<T extends { id: string }>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
    signal: AbortSignal,
  ): Promise<T[]>;
}

export interface FairQueueOptions {
  /** The name of an item's id in the log. */
  idName?: string;
  /** The number of items that are worked on at the same time. */
  concurrency?: number;
}

/**
 * Works on a list that is rebuilt for each call, so that an item which always fails does not starve the items behind it. Known
 * limit: three items that fail for the first time at the head of every call would still starve the rest. That needs a new
 * faulty item in front of all others for each call, which is improbable.
 */
export function createFairQueue(
  log: Log,
  { idName = 'job_id', concurrency = 1 }: FairQueueOptions = {},
): FairQueue {
  /** Ids of items that failed or were cut off in their last turn, the oldest first. They go last, in this order. */
  const unfinished = new Set<string>();

  return {
    async run(items, work, signal) {
      const byId = new Map(items.map((item) => [item.id, item]));
      for (const id of unfinished) if (!byId.has(id)) unfinished.delete(id);
      const order = [...byId.keys()].filter((id) => !unfinished.has(id)).concat(...unfinished);
      const succeeded = new Set<string>();
      let next = 0;
      let failuresInARow = 0;

      async function runNext(id: string): Promise<void> {
        const item = byId.get(id);
        if (!item) return;
        unfinished.delete(id);
        try {
          await work(item);
          succeeded.add(id);
          failuresInARow = 0;
        } catch (error) {
          unfinished.add(id);
          if (signal.aborted) return;
          failuresInARow++;
          log.warn({ err: error, [idName]: id }, 'an item could not be processed; the next pass tries again');
        }
      }
      const worker = async () => {
        while (next < order.length && failuresInARow < MAX_FAILURES_IN_A_ROW && !signal.aborted)
          await runNext(order[next++] ?? '');
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
      const left = order.length - next;
      if (failuresInARow >= MAX_FAILURES_IN_A_ROW)
        log.warn({ left }, `${failuresInARow} failures in a row: the rest waits for the next pass`);
      return order.flatMap((id) => (succeeded.has(id) ? (byId.get(id) ?? []) : []));
    },
  };
}
