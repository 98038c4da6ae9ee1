import { randomUUID } from 'node:crypto';
import type { VideoEvent } from '../../shared/contract/events.ts';
import { isAppError, unavailable } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { LeaseTimes } from '../../shared/state/lease.ts';
import type { ConfirmMissing } from '../../shared/state/store-marker.ts';
import type { CoreSlots } from '../capacity/core-slots.ts';
import type { DiskFullBackoff } from '../capacity/disk-full-backoff.ts';
import { ConversionFailure } from '../failure.ts';
import { claimJob, findClaimable } from './claim.ts';
import { failJob } from './finish.ts';
import type { HeartbeatTimes } from './heartbeat.ts';
import { type RunAttemptPorts, runAttempt } from './run-attempt.ts';

export interface ConvertPorts extends RunAttemptPorts {
  slots: CoreSlots;
  diskFullBackoff: DiskFullBackoff;
  confirmMissing: ConfirmMissing;
  times: LeaseTimes & HeartbeatTimes;
}

/**
 * Handles one delivery of a `video` event. Resolves when nothing is left to do for it, and throws `unavailable` when the
 * event should be delivered again. `closedSignal` is aborted when the connection of the delivery closes. It ends the wait for
 * a free slot, but never a conversion that has begun: the next delivery of the event sees the lease, or that this process is
 * working on the job.
 */
export type Convert = (event: VideoEvent, closedSignal: AbortSignal) => Promise<void>;

export function createConvert(ports: ConvertPorts): Convert {
  const { stoppingSignal } = ports;
  /** The jobs on which this process works. When an event is redelivered, its job may have been cancelled and retried. */
  const active = new Map<string, { redelivered: boolean }>();

  return async ({ job_id, trace_id }, closedSignal) => {
    const log = ports.log.child({ job_id, trace_id });
    const current = active.get(job_id);
    if (current) {
      current.redelivered = true;
      return log.debug('this converter is working on the job already');
    }
    const delivery = { redelivered: false };
    active.set(job_id, delivery);
    try {
      await convertIfPresent(ports, job_id, closedSignal, log);
      while (delivery.redelivered) {
        delivery.redelivered = false;
        await convertIfPresent(ports, job_id, stoppingSignal, log);
      }
    } catch (error) {
      if (stoppingSignal.aborted || closedSignal.aborted) throw unavailable('the converter', error);
      throw error;
    } finally {
      active.delete(job_id);
    }
  };
}

async function convertIfPresent(
  ports: ConvertPorts,
  jobId: string,
  closedSignal: AbortSignal,
  log: Log,
): Promise<void> {
  try {
    await convertJob(ports, jobId, closedSignal, log);
  } catch (error) {
    if (!isAppError(error, 'not_found')) throw error;
    await ports.confirmMissing(jobId, ports.stoppingSignal);
    log.info('the job does not exist, or not any more');
  }
}

async function convertJob(
  ports: ConvertPorts,
  jobId: string,
  closedSignal: AbortSignal,
  log: Log,
): Promise<void> {
  const { jobs, slots, diskFullBackoff, times, maxAttempts, stoppingSignal } = ports;
  const signal = AbortSignal.any([closedSignal, stoppingSignal]);
  const seen = await findClaimable(jobs, jobId, times, signal);
  if (seen === 'final') return log.debug('the job is final: there is nothing to do');
  if (seen === 'leased') return log.debug('another converter is working on the job');
  await slots.run(signal, async () => {
    const attemptId = randomUUID();
    const job = await claimJob(jobs, { seen, attemptId }, signal);
    if (!job) return log.debug('another converter was faster');
    if (seen.status === 'converting')
      log.warn('the job was taken over from a converter that no longer renewed its lease');
    if (job.attempts > maxAttempts) {
      const failure = new ConversionFailure('gave_up', `the conversion was interrupted ${maxAttempts} times`);
      return failJob(ports, { jobId, attemptId, pendingUpdate: {}, log }, failure);
    }
    const outcome = await runAttempt(ports, job, log.child({ attempt: attemptId }));
    if (outcome === 'disk full') await diskFullBackoff.wait(signal);
    else diskFullBackoff.reset();
  });
}
