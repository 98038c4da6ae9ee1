import { createSemaphore } from '../../shared/runtime/semaphore.ts';

/** Limits how many tasks run at a time to the number of cores. The others wait in the order of their calls. */
export interface CoreSlots {
  /** Runs the work in its turn. Throws the signal's reason where it is aborted before that. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
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

export function createCoreSlots(count: number): CoreSlots {
  const semaphore = createSemaphore(count);
  let acquired = 0;
  return {
    run: (signal, work) => semaphore.run(work, signal),

    tryAcquire(most) {
      let permits = Math.max(0, Math.min(most, semaphore.permits - acquired));
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
