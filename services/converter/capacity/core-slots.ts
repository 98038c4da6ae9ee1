import { isShort, SHORT_SECONDS } from '../../shared/jobs/work.ts';
import type { WaitingJob } from '../fairness/turns.ts';

/**
 * Limits how many tasks run at a time to the number of cores. The others wait for their turn. While no task that runs is short, one short
 * task may begin in addition to them, and shares their cores. So nobody waits for long films with a clip, and no core is kept free for
 * clips.
 */
export interface CoreSlots {
  /** Whether no task runs. */
  readonly isIdle: boolean;
  /** Whether a short task would begin at once. */
  readonly hasRoom: boolean;
  /** Whether a task for this job would begin at once. */
  fits(job: WaitingJob | undefined): boolean;
  /**
   * Runs the work in its turn. Throws the signal's reason where it is aborted before that.
   *
   * @param work gets whether it runs in addition to the tasks in all slots, so that it has to be short
   */
  run<T>(signal: AbortSignal, work: (isExtra: boolean) => Promise<T>, job?: WaitingJob): Promise<T>;
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

/** A task that runs. */
interface Slot {
  isExtra: boolean;
  release(): void;
}

/** A task that waits. */
interface Waiting {
  job: WaitingJob | undefined;
  start(slot: Slot): void;
}

/** The tasks that run. `onRoom` is called when another one may have room. */
function createRunning(count: number, onRoom: () => void) {
  let running = 0;
  /** Of them, those that are still short. */
  let short = 0;

  /** The estimate may be wrong. Then the task counts as a long one from some time on. */
  function beginShort(): () => void {
    short++;
    let isCounted = true;
    const end = () => {
      clearTimeout(timer);
      if (isCounted) short--;
      isCounted = false;
    };
    const becomeLong = () => {
      end();
      onRoom();
    };
    const timer = setTimeout(becomeLong, SHORT_SECONDS * 1000).unref();
    return end;
  }

  const hasRoom = () => running < count || (running === count && short === 0);
  return {
    count: () => running,
    hasRoom,
    fits: (job: WaitingJob | undefined): boolean =>
      running < count || (hasRoom() && job !== undefined && isShort(job)),
    begin(job: WaitingJob | undefined): Slot {
      running++;
      const endShort = job && isShort(job) ? beginShort() : () => undefined;
      return {
        isExtra: running > count,
        release() {
          endShort();
          running--;
          onRoom();
        },
      };
    },
  };
}

/** @param first chooses among the jobs that wait. By default, tasks begin in the order of their calls. */
export function createCoreSlots(
  count: number,
  first: (jobs: readonly WaitingJob[]) => WaitingJob | undefined = () => undefined,
): CoreSlots {
  // A slot goes to the next task, and is not free in between: a new task cannot take it.
  const running = createRunning(count, startNext);
  const { fits, begin } = running;
  let acquired = 0;
  const waiting = new Set<Waiting>();

  async function acquire(signal: AbortSignal, job: WaitingJob | undefined): Promise<Slot> {
    signal.throwIfAborted();
    if (fits(job)) return begin(job);
    const { promise, resolve, reject } = Promise.withResolvers<Slot>();
    const task: Waiting = { job, start: resolve };
    const onAbort = () => {
      waiting.delete(task);
      reject(signal.reason);
    };
    waiting.add(task);
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  function next(): Waiting | undefined {
    const tasks = [...waiting].filter(({ job }) => fits(job));
    const chosen = first(tasks.flatMap(({ job }) => job ?? []));
    return tasks.find(({ job }) => job !== undefined && job === chosen) ?? tasks[0];
  }

  function startNext(): void {
    for (let task = next(); task; task = next()) {
      waiting.delete(task);
      task.start(begin(task.job));
    }
  }

  return {
    get isIdle() {
      return running.count() === 0;
    },
    get hasRoom() {
      return running.hasRoom();
    },
    fits,
    async run(signal, work, job) {
      const slot = await acquire(signal, job);
      try {
        return await work(slot.isExtra);
      } finally {
        slot.release();
      }
    },

    tryAcquire(most) {
      let permits = Math.max(0, Math.min(most, count - running.count() - acquired));
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
