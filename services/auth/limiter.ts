/** Runs work a few at a time. `onFull` makes the error for what does not fit in the queue. */
export function createLimiter(options: { parallel: number; queue: number; onFull: () => Error }) {
  const { parallel, queue, onFull } = options;
  const waiting: Array<() => void> = [];
  let running = 0;

  return async function limited<T>(work: () => Promise<T>): Promise<T> {
    if (running < parallel) running += 1;
    else if (waiting.length < queue) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw onFull();
    try {
      return await work();
    } finally {
      // The place goes to the next in line, so nobody who comes now can take it in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
