import type { Log } from '../../shared/runtime/log.ts';

export interface Tasks {
  first: () => Promise<void>;
  again: () => Promise<void>;
  /** Called when one of them throws. `wasDelivered` tells whether an event of the job was acknowledged meanwhile. */
  failed: (wasDelivered: boolean) => Promise<void>;
}

/** The jobs on which this process works, or which wait in it. */
export interface ActiveJobs {
  has(id: string): boolean;
  /**
   * Works on a job, unless this process does so already. When its event is delivered meanwhile, the job may have been cancelled
   * and retried, so that `again` looks at it afterwards. Throws what the tasks throw.
   */
  work(id: string, log: Log, tasks: Tasks): Promise<void>;
}

export function createActiveJobs(): ActiveJobs {
  const active = new Map<string, { redelivered: boolean }>();
  return {
    has: (id) => active.has(id),
    async work(id, log, { first, again, failed }) {
      const current = active.get(id);
      if (current) {
        current.redelivered = true;
        return log.debug('this converter is working on the job already');
      }
      const delivery = { redelivered: false };
      active.set(id, delivery);
      let wasDelivered = false;
      try {
        await first();
        while (delivery.redelivered) {
          wasDelivered = true;
          delivery.redelivered = false;
          await again();
        }
      } catch (error) {
        // From here on, a delivery of its event begins anew.
        active.delete(id);
        await failed(wasDelivered || delivery.redelivered);
        throw error;
      } finally {
        if (active.get(id) === delivery) active.delete(id);
      }
    },
  };
}
