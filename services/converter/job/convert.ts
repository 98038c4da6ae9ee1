import { randomUUID } from 'node:crypto';
import type { VideoEvent } from '../../shared/contract/events.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { isLost } from '../../shared/jobs/transitions.ts';
import { firstOf, isAppError, unavailable } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { LeaseTimes } from '../../shared/state/lease.ts';
import type { ProveMissing } from '../../shared/state/store-marker.ts';
import type { Slots } from '../capacity/core-slots.ts';
import type { Rest } from '../capacity/disk-full-backoff.ts';
import { ConversionFailure, faultOf, REASON } from '../failure.ts';
import { type AttemptPorts, type Made, makeMp3 } from './attempt.ts';
import { claim, findClaimable } from './claim.ts';
import { discardUnlessKept, type EndPorts, fail, finish, handBack } from './finish.ts';
import { type HeartbeatTimes, startHeartbeat } from './heartbeat.ts';

export interface ConvertPorts extends AttemptPorts, EndPorts {
  slots: Slots;
  rest: Rest;
  proveMissing: ProveMissing;
  times: LeaseTimes & HeartbeatTimes;
  maxAttempts: number;
  maxOutages: number;
  /** Aborted when the service stops. Running jobs are then handed back. */
  stopping: AbortSignal;
  log: Log;
}

/**
 * Handles one delivery of a `video` event. Resolves when nothing is left to do for it, and throws `unavailable` when the
 * event should be delivered again. `waiting` ends the wait for a free slot, but never a conversion that has begun: when the
 * broker delivers the event again meanwhile, the receiver sees the lease, or that this process is working on the job.
 */
export type Convert = (event: VideoEvent, waiting: AbortSignal) => Promise<void>;

export function createConvert(ports: ConvertPorts): Convert {
  const { jobs, slots, rest, proveMissing, stopping, times, maxAttempts } = ports;
  /** Jobs in this process. `again` tells that the event was delivered again: the job may have been cancelled and retried. */
  const active = new Map<string, { again: boolean }>();

  async function take(id: string, waiting: AbortSignal, log: Log): Promise<void> {
    const signal = AbortSignal.any([waiting, stopping]);
    const seen = await findClaimable(jobs, id, times, signal);
    if (seen === 'final') return log.debug('the job is final: there is nothing to do');
    if (seen === 'held') return log.debug('another converter works on the job');
    await slots.run(signal, async () => {
      const attempt = randomUUID();
      const job = await claim(jobs, id, attempt, seen, signal);
      if (!job) return log.debug('another converter was faster');
      if (seen.status === 'converting') log.warn('taken over from a converter that went silent');
      if (job.attempts > maxAttempts) {
        const failure = new ConversionFailure('gave_up', `the conversion broke off ${maxAttempts} times`);
        return fail(ports, job.id, attempt, { failure }, log);
      }
      const outcome = await work(ports, job, attempt, log.child({ attempt }));
      if (outcome === 'no room') await rest.take(signal);
      else rest.over();
    });
  }

  async function takeUnlessMissing(id: string, waiting: AbortSignal, log: Log): Promise<void> {
    try {
      await take(id, waiting, log);
    } catch (error) {
      if (!isAppError(error, 'not_found')) throw error;
      await proveMissing(id, stopping);
      log.info('there is no such job (any more)');
    }
  }

  return async (event, waiting) => {
    const { job_id, trace_id } = event;
    const log = ports.log.child({ job_id, trace_id });
    const atWork = active.get(job_id);
    if (atWork) {
      atWork.again = true;
      return log.debug('this converter works on the job already');
    }
    const delivery = { again: false };
    active.set(job_id, delivery);
    try {
      await takeUnlessMissing(job_id, waiting, log);
      while (delivery.again) {
        delivery.again = false;
        await takeUnlessMissing(job_id, stopping, log);
      }
    } catch (error) {
      if (stopping.aborted || waiting.aborted) throw unavailable('the converter', error);
      throw error;
    } finally {
      active.delete(job_id);
    }
  };
}

/** Runs one attempt at a claimed job and saves its outcome. */
async function work(
  ports: ConvertPorts,
  job: Job,
  attempt: string,
  log: Log,
): Promise<'settled' | 'no room'> {
  const { jobs, stopping, times } = ports;
  log.info({ attempts: job.attempts, outages: job.outages }, 'conversion started');
  const heartbeat = startHeartbeat(jobs, { id: job.id, attempt }, times, log);
  const signal = AbortSignal.any([stopping, heartbeat.lost]);
  const [result] = await Promise.allSettled([
    makeMp3({ ...job, attempt }, ports, { signal, tell: heartbeat.tell, log }),
  ]);
  const news = await heartbeat.stop();
  try {
    heartbeat.lost.throwIfAborted();
    return await settle(ports, job, { attempt, result, news }, log);
  } catch (error) {
    if (!isLost(error)) throw error;
    log.info('the job was cancelled, deleted, or taken over: this attempt leaves nothing');
    await discardUnlessKept(ports, job.id, attempt, log);
    return 'settled';
  }
}

async function settle(
  ports: ConvertPorts,
  { id, attempts, outages }: Job,
  { attempt, result, news }: { attempt: string; result: PromiseSettledResult<Made>; news: Partial<Job> },
  log: Log,
): Promise<'settled' | 'no room'> {
  const { stopping, maxAttempts, maxOutages } = ports;
  if (result.status === 'fulfilled') {
    await finish(ports, id, attempt, { ...news, ...result.value }, log);
    return 'settled';
  }
  const error = firstOf(result.reason);
  if (error instanceof ConversionFailure) {
    await fail(ports, id, attempt, { failure: error, news }, log);
    return 'settled';
  }
  // The claim has counted this attempt. A shutdown or an outage is not the video's fault, so it is subtracted again.
  if (stopping.aborted) {
    await handBack(ports, id, attempt, { ...news, attempts: attempts - 1 }, log);
    throw unavailable('the converter', error);
  }
  const fault = faultOf(error);
  const outage = fault === 'store' || fault === 'disk';
  const counts = outage ? { attempts: attempts - 1, outages: outages + 1 } : { attempts };
  if (outage ? outages + 1 >= maxOutages : attempts >= maxAttempts) {
    const times = outage ? outages + 1 : attempts;
    const detail = `given up after ${times} attempts: ${REASON[fault]}`;
    const failure = new ConversionFailure('gave_up', detail, error);
    await fail(ports, id, attempt, { failure, news: { ...news, ...counts } }, log);
    return fault === 'disk' ? 'no room' : 'settled';
  }
  log.warn({ err: error, ...counts }, 'conversion broke off; it will be tried again');
  await handBack(ports, id, attempt, { ...news, ...counts }, log);
  // The event is acknowledged, or the broker would deliver it to this converter again. The sweep announces the job later.
  if (fault === 'disk') return 'no room';
  throw unavailable('the converter', error);
}
