import { isShort, type Work } from '../../shared/jobs/work.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import type { FreeJob, QueuedJobs } from '../fairness/queued-jobs.ts';
import type { Turns, WaitingJob } from '../fairness/turns.ts';
import type { ActiveJobs } from './active-jobs.ts';
import type { Claimable } from './claim.ts';
import { type ConvertJobPorts, convertJob } from './convert-job.ts';
import { publishAgain } from './publish-again.ts';

export interface OtherJobsPorts extends ConvertJobPorts {
  slots: CoreSlots;
  turns: Turns;
  /** The jobs that wait in the store, whose events may be in the broker or in another converter. */
  queued: QueuedJobs;
  /** Seconds that a conversion will take, or null where that is not known. */
  estimate: (job: Work) => number | null;
  active: ActiveJobs;
}

/**
 * Jobs that are converted without their own event, which is in the broker, in another converter, or acknowledged. Where such a conversion
 * fails or the service stops, the event is published again. When the process dies, another converter sees that the lease is over.
 */
export interface OtherJobs {
  /**
   * In a slot: converts a job for which less was charged than for this one. Resolves with false where there is none. Throws as
   * `convertJob` does.
   *
   * @param isExtra whether the slot is only for short jobs
   */
  convertCheaper(than: WaitingJob, isExtra: boolean, signal: AbortSignal): Promise<boolean>;
  /**
   * Converts jobs one after another as long as there is room for one, because their events may wait in a converter that has none. Throws as
   * `convertJob` does.
   */
  convertWhileFree(signal: AbortSignal): Promise<void>;
}

export function createOtherJobs(ports: OtherJobsPorts): OtherJobs {
  const { slots, turns, queued, active, diskFullBackoff } = ports;

  const firstOf = (mayBegin: (job: FreeJob) => boolean) =>
    turns.first(queued.all().filter((job) => !active.has(job.id) && mayBegin(job)));

  /** Resolves with the job as it is stored, unless it is not to be had. */
  async function findFree({ id, etag }: FreeJob, signal: AbortSignal): Promise<Claimable | undefined> {
    const { document, etag: current } = await ports.jobs.get(id, signal);
    const isFree = current === etag && (document.status === 'queued' || document.status === 'converting');
    return isFree ? document : undefined;
  }

  /** Resolves with false where the job is not to be had. */
  async function convert(job: FreeJob, signal: AbortSignal): Promise<boolean> {
    queued.forget(job.id);
    if (active.has(job.id)) return false;
    const log = ports.log.child({ job_id: job.id });
    let isConverted = false;
    const convertOnce = async (seen: Claimable | undefined) => {
      if (!seen) return;
      const end = turns.begin(job);
      const traced = log.child({ trace_id: seen.trace_id });
      isConverted = (await convertJob(ports, seen, signal, traced).finally(end)) || isConverted;
    };
    try {
      await active.work(job.id, log, {
        first: async () => convertOnce(await findFree(job, signal)),
        again: async () => {
          const seen = await ports.jobs.find(job.id, signal);
          await convertOnce(seen?.status === 'queued' ? seen : undefined);
        },
        failed: () => publishAgain(ports, job.id),
      });
    } catch (error) {
      if (isAppError(error, 'not_found')) return false;
      throw error;
    }
    return isConverted;
  }

  return {
    async convertCheaper(than, isExtra, signal) {
      if (diskFullBackoff.isFull) return false;
      await queued.update();
      const first = () => firstOf((job) => !isExtra || isShort(job));
      for (let job = first(); job && turns.isCheaper(job, than); job = first())
        if (await convert(job, signal)) return true;
      return false;
    },

    async convertWhileFree(signal) {
      while (slots.hasRoom && !diskFullBackoff.isFull && !signal.aborted) {
        await queued.update();
        const job = firstOf(slots.fits);
        if (!job && slots.isIdle) turns.endBusyPeriod();
        if (!job) return;
        await slots.run(signal, () => convert(job, signal), job);
      }
    },
  };
}
