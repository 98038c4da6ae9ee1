import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { TOPICS } from '../../shared/contract/events.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { availableMp3, type DoneJob, type Job } from '../../shared/jobs/job.ts';
import { mp3EventOf } from '../../shared/jobs/job-events.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isLostAttempt } from '../../shared/jobs/transition-guards.ts';
import {
  type AttemptUpdate,
  complete,
  fail,
  requeue,
  type Transition,
} from '../../shared/jobs/transitions.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { type RetryPolicy, retryWhileUnavailable } from '../../shared/runtime/retry.ts';
import type { ConversionFailure } from '../failure.ts';
import type { Stages } from './stages.ts';

export interface FinishPorts {
  jobs: JobStore;
  blobs: BlobStore;
  publish: Sidecar['publish'];
  /** For the save that ends an attempt. If that save were lost, the whole conversion would run again. */
  retryPolicy: RetryPolicy;
}

/** An attempt that ends, with the fields that its heartbeat has not saved yet. */
export interface EndingAttempt {
  jobId: string;
  attemptId: string;
  pendingUpdate: AttemptUpdate;
  log: Log;
}

/** What a conversion has made. */
export type ConversionResult = Pick<DoneJob, 'mp3' | 'warnings'>;

/** Marks the job as done, publishes the outcome, and logs the stages. The MP3 is stored under the attempt's id. */
export async function completeJob(
  ports: FinishPorts,
  attempt: EndingAttempt,
  { result, stages }: { result: ConversionResult; stages: Stages },
): Promise<void> {
  const { attemptId, pendingUpdate, log } = attempt;
  const change = complete(attemptId, result, pendingUpdate);
  const hasArrived = (job: Job) => job.status === 'done' && job.mp3BlobId === attemptId;
  const job = await save(ports, attempt, change, hasArrived);
  stages.end('save');
  await publishOutcome(ports, job, log);
  stages.end('publish');
  log.info({ stages: stages.all() }, 'stages of the conversion');
}

/** Marks the job as failed, and publishes the outcome. */
export async function failJob(
  ports: FinishPorts,
  attempt: EndingAttempt,
  failure: ConversionFailure,
): Promise<void> {
  const { attemptId, pendingUpdate, log } = attempt;
  log.info({ err: failure.cause }, 'the conversion failed');
  const change = fail(attemptId, { code: failure.code, detail: failure.message }, pendingUpdate);
  await publishOutcome(ports, await save(ports, attempt, change, hasEnded(attemptId, 'failed')), log);
}

/** Releases the job for the next attempt. Where that cannot be saved, the lease expires instead. */
export async function requeueJob(ports: FinishPorts, attempt: EndingAttempt): Promise<void> {
  const { attemptId, pendingUpdate, log } = attempt;
  try {
    await save(ports, attempt, requeue(attemptId, pendingUpdate), hasEnded(attemptId, 'queued'));
    log.info('the job was handed back');
  } catch (error) {
    if (isLostAttempt(error)) throw error;
    log.warn({ err: error }, 'the job could not be handed back; its lease will expire');
  }
}

const hasEnded = (attemptId: string, status: 'failed' | 'queued') => (job: Job) =>
  job.status === status && job.orphanedBlobs.includes(attemptId);

/**
 * Changes the job, and tries again while the store is unavailable. `hasArrived` recognizes a save that was reported as failed
 * but had arrived.
 */
function save(
  { jobs, retryPolicy }: FinishPorts,
  { jobId }: EndingAttempt,
  change: Transition,
  hasArrived: (job: Job) => boolean,
): Promise<Job> {
  const changeOnce: Transition = (job) => (hasArrived(job) ? undefined : change(job));
  return retryWhileUnavailable(() => jobs.update(jobId, changeOnce), retryPolicy);
}

/** Publishes the outcome once. If that fails, the gateway's sweep publishes it. */
async function publishOutcome({ publish }: FinishPorts, job: Job, log: Log): Promise<void> {
  const { status } = job;
  const failure = job.status === 'failed' ? job.error : undefined;
  const mp3 = job.status === 'done' ? job.mp3 : undefined;
  log.info({ status, code: failure?.code, detail: failure?.detail, mp3 }, 'conversion ended');
  const event = mp3EventOf(job);
  try {
    if (event) await publish(TOPICS.mp3, event);
  } catch (error) {
    log.warn({ err: error }, 'the outcome could not be published; the sweep publishes it again');
  }
}

/**
 * Deletes the MP3 of an attempt that has lost its job, unless the job has this very MP3, from this generation or from the one
 * before. Call it only after the job was seen without this attempt, because before that a save whose response was lost may
 * still arrive.
 */
export async function deleteLostMp3(
  { jobs, blobs }: FinishPorts,
  { jobId, attemptId, log }: Pick<EndingAttempt, 'jobId' | 'attemptId' | 'log'>,
): Promise<void> {
  try {
    const isKept = await jobs.get(jobId).then(
      ({ document: job }) => availableMp3(job)?.mp3BlobId === attemptId,
      (error: unknown) => {
        if (isAppError(error, 'not_found')) return false;
        throw error;
      },
    );
    if (!isKept) await blobs.delete(attemptId);
  } catch (error) {
    log.warn(
      { err: error, blob: attemptId },
      'the MP3 of a lost attempt could not be deleted; the sweep deletes it',
    );
  }
}
