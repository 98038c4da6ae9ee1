import { randomUUID } from 'node:crypto';
import { isAppError, unavailable } from '../shared/errors.ts';
import type { VideoEvent } from '../shared/events.ts';
import type { Job } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';
import { type AttemptPorts, makeMp3 } from './attempt.ts';
import { discardUnlessKept, type EndPorts, failed, finish, handBack, isLost } from './end.ts';
import { ConversionFailure, reasonOf } from './failure.ts';
import { type HeartbeatTimes, startHeartbeat } from './heartbeat.ts';
import { claim, findClaimable, type LeaseTimes } from './lease.ts';
import type { Slots } from './slots.ts';

export interface ConvertPorts extends AttemptPorts, EndPorts {
  slots: Slots;
  times: LeaseTimes & HeartbeatTimes;
  maxAttempts: number;
  /** Aborted when the service stops: what is under way is handed back. */
  stopping: AbortSignal;
  log: Log;
}

/**
 * Handles one delivery of a `video` event. Resolves when there is nothing (more) to do for it, and throws `unavailable`
 * when it should be delivered again. `waiting` ends the wait for a free slot, never a conversion that has begun.
 */
export type Convert = (event: VideoEvent, waiting: AbortSignal) => Promise<void>;

export function createConvert(ports: ConvertPorts): Convert {
  const { jobs, slots, stopping, times, maxAttempts } = ports;
  /** Jobs of this process: a second delivery of one needs no look at the store. */
  const active = new Set<string>();

  async function take(id: string, waiting: AbortSignal, log: Log): Promise<void> {
    const signal = AbortSignal.any([waiting, stopping]);
    const seen = await findClaimable(jobs, id, times, signal);
    if (!seen) return log.debug('nothing to do: the job is final, or another converter works on it');
    await slots.run(signal, async () => {
      const attempt = randomUUID();
      const job = await claim(jobs, id, attempt, seen, signal);
      if (!job) return log.debug('another converter was faster');
      if (seen.status === 'converting') log.warn('taken over from a converter that went silent');
      if (job.attempts > maxAttempts) {
        const failure = new ConversionFailure('gave_up', `the conversion broke off ${maxAttempts} times`);
        return finish(ports, job.id, attempt, failed(failure), log);
      }
      await work(ports, job, attempt, log.child({ attempt }));
    });
  }

  return async (event, waiting) => {
    const { job_id, trace_id } = event;
    const log = ports.log.child({ job_id, trace_id });
    if (active.has(job_id)) return log.debug('this converter works on the job already');
    active.add(job_id);
    try {
      await take(job_id, waiting, log);
    } catch (error) {
      if (isAppError(error, 'not_found')) return log.info('there is no such job (any more)');
      if (stopping.aborted || waiting.aborted) throw unavailable('the converter', error);
      throw error;
    } finally {
      active.delete(job_id);
    }
  };
}

/** One attempt at a claimed job, from its first byte to its outcome. */
async function work(ports: ConvertPorts, job: Job, attempt: string, log: Log): Promise<void> {
  const { jobs, stopping, times, maxAttempts } = ports;
  log.info({ attempts: job.attempts }, 'conversion started');
  const heartbeat = startHeartbeat(jobs, { id: job.id, attempt }, times, log);
  const signal = AbortSignal.any([stopping, heartbeat.lost]);
  const [result] = await Promise.allSettled([makeMp3(job, ports, { signal, tell: heartbeat.tell, log })]);
  const news = await heartbeat.stop();
  try {
    heartbeat.lost.throwIfAborted();
    if (result.status === 'fulfilled') {
      const { audio, mp3 } = result.value;
      await finish(ports, job.id, attempt, { ...news, status: 'done', progress: 1, audio, mp3 }, log);
      return;
    }
    const error: unknown = result.reason;
    if (error instanceof ConversionFailure) {
      await finish(ports, job.id, attempt, { ...news, ...failed(error) }, log);
    } else if (stopping.aborted) {
      await handBack(jobs, job.id, attempt, { ...news, attempts: job.attempts - 1 }, log);
      throw unavailable('the converter', error);
    } else if (job.attempts >= maxAttempts) {
      const detail = `given up after ${job.attempts} attempts: ${reasonOf(error)}`;
      const failure = new ConversionFailure('gave_up', detail, error);
      await finish(ports, job.id, attempt, { ...news, ...failed(failure) }, log);
    } else {
      log.warn({ err: error }, 'conversion broke off; it will be tried again');
      await handBack(jobs, job.id, attempt, news, log);
      throw unavailable('the converter', error);
    }
  } catch (error) {
    if (result.status === 'fulfilled') await discardUnlessKept(ports, job.id, result.value.audio, log);
    if (!isLost(error)) throw error;
    log.info('the job was cancelled, deleted, or taken over: this attempt leaves nothing');
  }
}
