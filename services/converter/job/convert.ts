import type { VideoEvent } from '../../shared/contract/events.ts';
import { isAppError, unavailable } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { ConfirmMissing } from '../../shared/state/store-marker.ts';
import { waitingOf } from '../fairness/queued-jobs.ts';
import { createActiveJobs } from './active-jobs.ts';
import { findClaimable } from './claim.ts';
import { type ConvertBegunPorts, convertBegun } from './convert-begun.ts';
import { convertJob } from './convert-job.ts';
import { type LeaveToBeginnerPorts, leaveToBeginner } from './leave-to-beginner.ts';
import { createOtherJobs, type OtherJobs } from './other-jobs.ts';
import { publishAgain } from './publish-again.ts';

export interface ConvertPorts extends Omit<ConvertBegunPorts, 'active'>, Omit<LeaveToBeginnerPorts, 'jobs'> {
  confirmMissing: ConfirmMissing;
}

/**
 * Handles one delivery of a `video` event. Resolves when nothing is left to do for it, and throws `unavailable` when the
 * event should be delivered again. `closedSignal` is aborted when the connection of the delivery closes. It ends the wait for
 * a free slot, but never a conversion that has begun: the next delivery of the event sees the lease, or that this process is
 * working on the job.
 *
 * An event is not only the order to convert its job. It also says that there is work, so that jobs of owners who were charged less
 * are converted before it.
 */
export type Convert = (event: VideoEvent, closedSignal: AbortSignal) => Promise<void>;

export interface Converting {
  convert: Convert;
  /** As {@link OtherJobs.convertWhileFree}, outside of any delivery. */
  convertWhileFree(signal: AbortSignal): Promise<void>;
  /** See `convertBegun`. */
  convertBegun(jobId: string): Promise<void>;
}

export function createConvert(ports: ConvertPorts): Converting {
  const { stoppingSignal } = ports;
  const active = createActiveJobs();
  const others = createOtherJobs({ ...ports, active });

  const handle: Convert = async ({ job_id, trace_id }, closedSignal) => {
    const log = ports.log.child({ job_id, trace_id });
    const signal = AbortSignal.any([closedSignal, stoppingSignal]);
    const convert = (until: AbortSignal) => convertIfPresent(ports, others, { jobId: job_id, until, log });
    try {
      await active.work(job_id, log, {
        first: () => convert(signal),
        again: () => convert(stoppingSignal),
        // The connection of this delivery may be closed. Then only the event that was acknowledged would have come again.
        failed: async (wasDelivered) => {
          if (wasDelivered) await publishAgain(ports, job_id);
        },
      });
      await others.convertWhileFree(signal);
    } catch (error) {
      if (stoppingSignal.aborted || closedSignal.aborted) throw unavailable('the converter', error);
      throw error;
    }
  };
  return {
    convert: handle,
    convertWhileFree: others.convertWhileFree,
    convertBegun: (jobId) =>
      convertBegun({ ...ports, active }, jobId, (log) =>
        convertIfPresent(ports, others, { jobId, until: stoppingSignal, log }),
      ),
  };
}

interface Delivery {
  jobId: string;
  /** Ends the wait for a slot. */
  until: AbortSignal;
  log: Log;
}

async function convertIfPresent(ports: ConvertPorts, others: OtherJobs, delivery: Delivery): Promise<void> {
  try {
    await convertInTurn(ports, others, delivery);
  } catch (error) {
    if (!isAppError(error, 'not_found')) throw error;
    await ports.confirmMissing(delivery.jobId, ports.stoppingSignal);
    delivery.log.info('the job does not exist, or not any more');
  }
}

/** Waits for the job's turn, and converts it. Jobs that are not in this process may have their turn before. */
async function convertInTurn(
  ports: ConvertPorts,
  others: OtherJobs,
  { jobId, until, log }: Delivery,
): Promise<void> {
  const { jobs, slots, times, turns, estimate } = ports;
  const find = () => findClaimable(jobs, jobId, times, until);
  let seen = await find();
  if (typeof seen === 'object' && (await leaveToBeginner(ports, seen, until))) seen = await find();
  if (seen === 'final') return log.debug('the job is final: there is nothing to do');
  if (seen === 'leased') return log.debug('another converter is working on the job');
  const waiting = waitingOf(seen, estimate);
  // A converter that was idle has had no other events, so that nobody waits.
  let mayOthersWait = !slots.isIdle;
  let isDone = false;
  while (!isDone) {
    const convertOne = async (isExtra: boolean) => {
      if (mayOthersWait && (await others.convertCheaper(waiting, isExtra, until))) return;
      isDone = true;
      const end = turns.begin(waiting);
      await convertJob(ports, seen, until, log).finally(end);
    };
    await slots.run(until, convertOne, waiting);
    mayOthersWait = true;
  }
}
