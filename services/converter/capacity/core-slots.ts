/** Limits how many tasks run at a time. The others wait in the order of their calls. */
export interface Slots {
  /** Throws the signal's reason when it is aborted before the turn comes. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /**
   * Lends up to the given number of idle slots, until `giveBack`. A loan never delays a task: a new task starts at once,
   * and the cores are shared meanwhile.
   */
  lend(most: number): Loan;
}

export interface Loan {
  count: number;
  giveBack(): void;
}

export function createSlots(count: number): Slots {
  let free = count;
  let lent = 0;
  const waiting = new Set<() => void>();

  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        waiting.delete(enter);
        reject(signal.reason);
      };
      const enter = () => {
        waiting.delete(enter);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.add(enter);
    });

  return {
    lend(most) {
      let taken = Math.max(0, Math.min(most, free - lent));
      lent += taken;
      return {
        count: taken,
        giveBack() {
          lent -= taken;
          taken = 0;
        },
      };
    },

    async run(signal, work) {
      signal.throwIfAborted();
      if (free > 0) free -= 1;
      else await turn(signal);
      try {
        return await work();
      } finally {
        const [next] = waiting;
        if (next) next();
        else free += 1;
      }
    },
  };
}
