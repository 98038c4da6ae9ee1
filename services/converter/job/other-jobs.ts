import { TOPICS } from '../../shared/contract/events.ts';
import { videoEventOf } from '../../shared/jobs/job-events.ts';
import type { Work } from '../../shared/jobs/work.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import type { QueuedJobs } from '../fairness/queued-jobs.ts';
import type { Turns, WaitingJob } from '../fairness/turns.ts';
import type { ActiveJobs } from './active-jobs.ts';
import { type ConvertJobPorts, convertJob } from './convert-job.ts';

/** Milliseconds for the publication of a job that is handed back. */
const PUBLISH_MS = 2_000;

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
 * Jobs that are converted without their own event. Such a conversion always runs within the delivery of another event, which the broker
 * keeps meanwhile. So the number of events is never below that of the jobs in work, and whoever scales the converters by it does not
 * stop one that works. When the process dies, the sweep publishes the event of such a job again.
 */
export interface OtherJobs {
  /**
   * In a slot: converts a job for which less was charged than for this one. Resolves with false where there is none. Throws as
   * `convertJob` does.
   */
  convertCheaper(than: WaitingJob, signal: AbortSignal): Promise<boolean>;
  /** Converts jobs as long as a slot is free, because their events may wait in a converter that has none. Throws as `convertJob` does. */
  convertWhileFree(signal: AbortSignal): Promise<void>;
}

export function createOtherJobs(ports: OtherJobsPorts): OtherJobs {
  const { slots, turns, queued, active, diskFullBackoff, stoppingSignal } = ports;

  const first = () => turns.first(queued.all().filter(({ id }) => !active.has(id)));

  /** Resolves with false where the job is not to be had. */
  async function convert(job: WaitingJob, signal: AbortSignal): Promise<boolean> {
    queued.forget(job.id);
    if (active.has(job.id)) return false;
    const log = ports.log.child({ job_id: job.id });
    let isConverted = false;
    const convertOnce = async () => {
      const seen = await ports.jobs.find(job.id, signal);
      if (seen?.status !== 'queued') return;
      const end = turns.begin(job);
      const traced = log.child({ trace_id: seen.trace_id });
      isConverted = (await convertJob(ports, seen, signal, traced).finally(end)) || isConverted;
    };
    try {
      await active.work(job.id, log, { first: convertOnce, again: convertOnce });
    } catch (error) {
      if (isAppError(error, 'not_found')) return false;
      // Its own event may have been handled while this converter had the lease.
      if (stoppingSignal.aborted) await publishAgain(job.id);
      throw error;
    }
    return isConverted;
  }

  async function publishAgain(id: string): Promise<void> {
    const log = ports.log.child({ job_id: id });
    try {
      const job = await ports.jobs.find(id, AbortSignal.timeout(PUBLISH_MS));
      if (job?.status === 'queued') await ports.publish(TOPICS.video, videoEventOf(job));
    } catch (error) {
      log.warn(
        { err: error },
        'the event of a job that was handed back was not published; the sweep publishes it',
      );
    }
  }

  return {
    async convertCheaper(than, signal) {
      if (diskFullBackoff.isFull) return false;
      await queued.update();
      for (let job = first(); job && turns.isCheaper(job, than); job = first())
        if (await convert(job, signal)) return true;
      return false;
    },

    async convertWhileFree(signal) {
      while (slots.isFree && !diskFullBackoff.isFull && !signal.aborted) {
        await queued.update();
        const job = first();
        if (!job || !slots.isFree) return;
        await slots.run(signal, () => convert(job, signal), job);
      }
    },
  };
}
