import type { WaitingJob } from '../fairness/turns.ts';

/** Limits how many tasks run at a time to the number of cores. The others wait for their turn. */
export interface CoreSlots {
  /** Whether no task runs. */
  readonly isIdle: boolean;
  /** Whether a task would begin at once. */
  readonly isFree: boolean;
  /** Runs the work in its turn. Throws the signal's reason where it is aborted before that. */
  run<T>(signal: AbortSignal, work: () => Promise<T>, job?: WaitingJob): Promise<T>;
  /**
   * Takes up to `most` idle cores without waiting, until `release`. They never delay a task: a new task starts at once, and
   * shares the cores meanwhile.
   */
  tryAcquire(most: number): Permits;
}

export interface Permits {
  /** Number of idle cores that were acquired, from 0. */
  count: number;
  /** Idempotent. */
  release(): void;
}

/** A task that waits. */
interface Waiting {
  job: WaitingJob | undefined;
  start(): void;
}

/** @param first chooses among the jobs that wait. By default, tasks begin in the order of their calls. */
export function createCoreSlots(
  count: number,
  first: (jobs: readonly WaitingJob[]) => WaitingJob | undefined = () => undefined,
): CoreSlots {
  let free = count;
  let acquired = 0;
  const waiting = new Set<Waiting>();

  async function acquire(signal: AbortSignal, job: WaitingJob | undefined): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) {
      free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const task: Waiting = { job, start: resolve };
    const onAbort = () => {
      waiting.delete(task);
      reject(signal.reason);
    };
    waiting.add(task);
    signal.addEventListener('abort', onAbort, { once: true });
    await promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  function next(): Waiting | undefined {
    const tasks = [...waiting];
    const chosen = first(tasks.flatMap(({ job }) => job ?? []));
    return tasks.find(({ job }) => job !== undefined && job === chosen) ?? tasks[0];
  }

  // A slot goes to the next task, and is not free in between: a new task cannot take it.
  function release(): void {
    const task = next();
    if (!task) {
      free++;
      return;
    }
    waiting.delete(task);
    task.start();
  }

  return {
    get isIdle() {
      return free === count;
    },
    get isFree() {
      return free > 0;
    },
    async run(signal, work, job) {
      await acquire(signal, job);
      try {
        return await work();
      } finally {
        release();
      }
    },

    tryAcquire(most) {
      let permits = Math.max(0, Math.min(most, free - acquired));
      acquired += permits;
      return {
        count: permits,
        release() {
          acquired -= permits;
          permits = 0;
        },
      };
    },
  };
}
