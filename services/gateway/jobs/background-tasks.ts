/** Works beside the requests that began them. */
export interface BackgroundTasks {
  /** Of works that are under way. */
  readonly size: number;
  /** The work must not fail: nobody would hear of it. */
  add(work: Promise<void>): void;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

export function createBackgroundTasks(): BackgroundTasks {
  const works = new Set<Promise<void>>();
  return {
    get size() {
      return works.size;
    },
    add(work) {
      const ended = work.finally(() => works.delete(ended));
      works.add(ended);
    },
    async settled() {
      await Promise.all(works);
    },
  };
}
