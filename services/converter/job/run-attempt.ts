import type { ConvertingJob } from '../../shared/jobs/job.ts';
import { isLostAttempt } from '../../shared/jobs/transition-guards.ts';
import type { AttemptUpdate } from '../../shared/jobs/transitions.ts';
import { firstOf, unavailable } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { ConversionFailure, faultOf, REASON } from '../failure.ts';
import type { CurrentConversions } from './current-conversions.ts';
import {
  type ConversionResult,
  completeJob,
  deleteLostMp3,
  type EndingAttempt,
  type FinishPorts,
  failJob,
  requeueJob,
} from './finish.ts';
import { type HeartbeatTimes, startHeartbeat } from './heartbeat.ts';
import { type AttemptOptions, type AttemptPorts, makeMp3 } from './make-mp3.ts';
import type { Stages } from './stages.ts';

export interface RunAttemptPorts extends AttemptPorts, FinishPorts {
  times: HeartbeatTimes;
  /** How many attempts may fail for a reason that may lie in the video. */
  maxAttempts: number;
  /** How many attempts may fail because the store was unavailable or the disk was full. */
  maxInfrastructureFailures: number;
  /** Shows an operator what this converter does. */
  current?: Pick<CurrentConversions, 'begin'>;
  /** Aborted when the service stops. Jobs that are being converted are then handed back. */
  stoppingSignal: AbortSignal;
  log: Log;
}

/**
 * Runs one attempt at a claimed job, and saves how it ended. Throws `unavailable` when the job was handed back and its event
 * should be delivered again.
 */
export async function runAttempt(
  ports: RunAttemptPorts,
  job: ConvertingJob,
  { stages, log }: { stages: Stages; log: Log },
): Promise<'ended' | 'disk full'> {
  const { jobs, stoppingSignal, times } = ports;
  const { id: jobId, attemptId, attempts, infrastructureFailures } = job;
  log.info({ attempts, infrastructureFailures }, 'conversion started');
  const heartbeat = startHeartbeat(jobs, { jobId, attemptId }, times, log);
  const signal = AbortSignal.any([stoppingSignal, heartbeat.lostSignal]);
  const [result] = await Promise.allSettled([
    makeShown(job, ports, { signal, queueUpdate: heartbeat.queueUpdate, stages, log }),
  ]);
  const pendingUpdate = await heartbeat.stop();
  try {
    heartbeat.lostSignal.throwIfAborted();
    return await endAttempt(ports, job, { result, stages }, { jobId, attemptId, pendingUpdate, log });
  } catch (error) {
    if (!isLostAttempt(error)) throw error;
    log.info('the job was cancelled, deleted, or taken over: the MP3 of this attempt is deleted');
    await deleteLostMp3(ports, { jobId, attemptId, log });
    return 'ended';
  }
}

/** Makes the MP3, and shows an operator how far it is. */
async function makeShown(
  job: ConvertingJob,
  ports: RunAttemptPorts,
  options: AttemptOptions,
): Promise<ConversionResult> {
  const shown = ports.current?.begin(job.id);
  if (shown === undefined) return makeMp3(job, ports, options);
  const queueUpdate = (fields: AttemptUpdate) => {
    if (fields.progress !== undefined) shown.setProgress(fields.progress);
    options.queueUpdate(fields);
  };
  try {
    const transcode = shown.observe(ports.transcode);
    return await makeMp3(job, { ...ports, transcode }, { ...options, queueUpdate });
  } finally {
    shown.end();
  }
}

async function endAttempt(
  ports: RunAttemptPorts,
  job: ConvertingJob,
  { result, stages }: { result: PromiseSettledResult<ConversionResult>; stages: Stages },
  attempt: EndingAttempt,
): Promise<'ended' | 'disk full'> {
  if (result.status === 'fulfilled') {
    await completeJob(ports, attempt, { result: result.value, stages });
    return 'ended';
  }
  const error = firstOf(result.reason);
  if (error instanceof ConversionFailure) {
    await failJob(ports, attempt, error);
    return 'ended';
  }
  if (ports.stoppingSignal.aborted) {
    // The claim has counted this attempt. A shutdown is not the video's fault, so it is subtracted again.
    await requeueJob(ports, withUpdate(attempt, { attempts: job.attempts - 1 }));
    throw unavailable('the converter', error);
  }
  return endFailedAttempt(ports, job, error, attempt);
}

/** Ends an attempt that failed for a temporary reason. The job is handed back, up to a limit. */
async function endFailedAttempt(
  ports: RunAttemptPorts,
  { attempts, infrastructureFailures }: ConvertingJob,
  error: unknown,
  attempt: EndingAttempt,
): Promise<'ended' | 'disk full'> {
  const fault = faultOf(error);
  const isInfrastructure = fault !== 'unknown';
  // Such a failure is not the video's fault, so the attempt that the claim has counted is subtracted again.
  const counts = isInfrastructure
    ? { attempts: attempts - 1, infrastructureFailures: infrastructureFailures + 1 }
    : { attempts };
  const ended = withUpdate(attempt, counts);
  const failures = isInfrastructure ? infrastructureFailures + 1 : attempts;
  const limit = isInfrastructure ? ports.maxInfrastructureFailures : ports.maxAttempts;
  if (failures >= limit) {
    const detail = `given up after ${failures} attempts: ${REASON[fault]}`;
    await failJob(ports, ended, new ConversionFailure('gave_up', detail, error));
    return fault === 'disk' ? 'disk full' : 'ended';
  }
  attempt.log.warn({ err: error, ...counts }, 'the conversion was interrupted; it will be tried again');
  await requeueJob(ports, ended);
  // On a full disk the event is acknowledged, because the broker would deliver it to this converter again at once. The
  // sweep publishes it later.
  if (fault === 'disk') return 'disk full';
  throw unavailable('the converter', error);
}

const withUpdate = (attempt: EndingAttempt, update: AttemptUpdate): EndingAttempt => ({
  ...attempt,
  pendingUpdate: { ...attempt.pendingUpdate, ...update },
});
