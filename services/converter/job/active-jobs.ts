import type { Log } from '../../shared/runtime/log.ts';

/** The jobs on which this process works, or which wait in it. */
export interface ActiveJobs {
  has(id: string): boolean;
  /**
   * Works on a job, unless this process does so already. When its event is delivered meanwhile, the job may have been cancelled
   * and retried, so that `again` looks at it afterwards.
   */
  work(
    id: string,
    log: Log,
    tasks: { first: () => Promise<void>; again: () => Promise<void> },
  ): Promise<void>;
}

export function createActiveJobs(): ActiveJobs {
  const active = new Map<string, { redelivered: boolean }>();
  return {
    has: (id) => active.has(id),
    async work(id, log, { first, again }) {
      const current = active.get(id);
      if (current) {
        current.redelivered = true;
        return log.debug('this converter is working on the job already');
      }
      const delivery = { redelivered: false };
      active.set(id, delivery);
      try {
        await first();
        while (delivery.redelivered) {
          delivery.redelivered = false;
          await again();
        }
      } finally {
        active.delete(id);
      }
    },
  };
}
