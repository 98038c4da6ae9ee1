/** Tasks that go on after the requests that started them. */
export interface BackgroundTasks {
  /** The number of tasks that are running. */
  readonly size: number;
  /** Adds a task, which must handle its own errors. */
  add(task: Promise<void>): void;
  /** Resolves when no task is running. */
  settled(): Promise<void>;
}

export function createBackgroundTasks(): BackgroundTasks {
  const running = new Set<Promise<void>>();
  return {
    get size() {
      return running.size;
    },
    add(task) {
      const ended = task.finally(() => running.delete(ended));
      running.add(ended);
    },
    async settled() {
      await Promise.all(running);
    },
  };
}
