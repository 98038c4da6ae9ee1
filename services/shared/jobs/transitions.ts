import { AppError, isAppError } from '../runtime/errors.ts';
import { type ConversionOptions, canonicalOptions } from './conversion-options.ts';
import {
  availableMp3,
  baseOf,
  type ConvertingJob,
  type DoneJob,
  type FinalJob,
  isFinal,
  type Job,
  type JobBase,
  jobNotFound,
  type PreviousMp3,
} from './job.ts';
import type { JobError } from './job-view.ts';

/**
 * A change for `JobStore.update`. It gets the job as it is stored and returns the changed job, or undefined to leave it as
 * it is. It throws where the status of the job forbids the change, so that a late caller changes nothing.
 */
export type Transition = (job: Job) => Job | undefined;

/** What an attempt may save of its job while it has the lease. */
export type AttemptUpdate = Partial<
  Pick<ConvertingJob, 'source' | 'progress' | 'eta_seconds' | 'attempts' | 'infrastructureFailures'>
>;

/** Thrown to an upload or an attempt to which the job does not belong any more. */
export class LostAttempt extends Error {
  constructor() {
    super('the job was cancelled, deleted, or taken over');
  }
}

/** Whether the error says that the job does not belong to this upload or attempt any more. */
export const isLostAttempt = (error: unknown): boolean =>
  error instanceof LostAttempt || isAppError(error, 'not_found');

const now = (): string => new Date().toISOString();

/** The common fields of a job that no attempt has any more. The blob of an attempt that is under way becomes an orphan. */
function releaseFromAttempt(job: Job): JobBase {
  const { orphanedBlobs } = job;
  const isNew = job.status === 'converting' && !orphanedBlobs.includes(job.attemptId);
  return {
    ...baseOf(job),
    orphanedBlobs: isNew ? [...orphanedBlobs, job.attemptId] : orphanedBlobs,
    updated_at: now(),
  };
}

/** The common fields of a job that does not need the MP3 of an earlier generation any more. Its blob becomes an orphan. */
function withoutPrevious(job: Job): JobBase {
  const { previous, ...base } = baseOf(job);
  if (!previous) return base;
  return { ...base, orphanedBlobs: [...base.orphanedBlobs, previous.mp3BlobId] };
}

const progressOf = (job: Job): number => ('progress' in job ? job.progress : 0);

const conflict = ({ status }: Job, what: string): AppError =>
  new AppError('state_conflict', `the job is ${status}: it cannot be ${what}`);

/** Shows that the upload is alive. */
export const renewUpload: Transition = (job) => {
  if (job.status !== 'uploading') throw new LostAttempt();
  return { ...job, updated_at: now() };
};

/** The upload is complete with its options, and from here on the job is accepted. */
export const acceptUpload =
  ({ source, options }: Pick<JobBase, 'source' | 'options'>): Transition =>
  (job) => {
    if (job.status !== 'uploading') throw new LostAttempt();
    return { ...job, source, options, status: 'queued', updated_at: now() };
  };

/** Gives the job to a new attempt. */
export const claim =
  (attemptId: string): Transition =>
  (job) => {
    if (job.status === 'uploading' || job.status === 'deleted') throw jobNotFound();
    if (isFinal(job)) throw conflict(job, 'converted');
    if (job.status === 'converting' && job.attemptId === attemptId) return undefined;
    return {
      ...releaseFromAttempt(job),
      status: 'converting',
      attemptId,
      attempts: job.attempts + 1,
      progress: 0,
      eta_seconds: null,
    };
  };

/** The job while the attempt has its lease. Throws {@link LostAttempt} otherwise. */
function requireLease(attemptId: string, job: Job): ConvertingJob {
  if (job.status !== 'converting' || job.attemptId !== attemptId) throw new LostAttempt();
  return job;
}

/** Renews the lease of the attempt, and saves its progress. */
export const updateAttempt =
  (attemptId: string, update: AttemptUpdate): Transition =>
  (job) => ({ ...requireLease(attemptId, job), ...update, updated_at: now() });

/** Ends the attempt with its MP3, which is stored under the attempt's id. It replaces the MP3 of an earlier generation. */
export const complete =
  (
    attemptId: string,
    { mp3, warnings }: Pick<DoneJob, 'mp3' | 'warnings'>,
    update: AttemptUpdate,
  ): Transition =>
  (job) => ({
    ...withoutPrevious({ ...requireLease(attemptId, job), ...update }),
    status: 'done',
    mp3,
    warnings,
    mp3BlobId: attemptId,
    updated_at: now(),
  });

/** Ends the attempt, and the job with it. */
export const fail =
  (attemptId: string, error: JobError, update: AttemptUpdate): Transition =>
  (job) => {
    const current = { ...requireLease(attemptId, job), ...update };
    return { ...releaseFromAttempt(current), status: 'failed', progress: current.progress, error };
  };

/** Ends the attempt. The job waits for the next one. */
export const requeue =
  (attemptId: string, update: AttemptUpdate): Transition =>
  (job) => ({ ...releaseFromAttempt({ ...requireLease(attemptId, job), ...update }), status: 'queued' });

/** Cancels a job that is queued or converting. Idempotent. Throws `state_conflict` for any other status. */
export const cancel: Transition = (job) => {
  if (job.status === 'cancelled') return undefined;
  if (job.status !== 'queued' && job.status !== 'converting') throw conflict(job, 'cancelled');
  return { ...releaseFromAttempt(job), status: 'cancelled', progress: progressOf(job) };
};

/**
 * Gives the job another file name, in any status. `updated_at` stays: it tells when the job was queued or done, and which attempt
 * is alive. So a rename changes neither the place in the queue, nor how long the video is kept, nor a conversion that is running.
 */
export const rename =
  (filename: string): Transition =>
  (job) => {
    if (job.status === 'uploading' || job.status === 'deleted') throw jobNotFound();
    return job.filename === filename ? undefined : { ...job, filename, renamed_at: now() };
  };

/** Fails a job that was not converted in the time for which it is kept. An attempt that is still at work has lost it. */
export const expire: Transition = (job) => {
  if (job.status !== 'queued' && job.status !== 'converting') return undefined;
  const detail = 'it could not be converted in the time for which it is kept';
  const error = { code: 'gave_up', detail };
  return { ...releaseFromAttempt(job), status: 'failed', progress: progressOf(job), error };
};

/** Each generation may leave blobs behind, whose ids are kept in the job. */
const MAX_GENERATIONS = 100;

/** Starts the next generation of a job that has failed or was cancelled. A job that is under way stays as it is. */
export const retry: Transition = (job) => {
  if (isUnderWay(job)) return undefined;
  if (job.status === 'done')
    throw new AppError('state_conflict', 'the job is done: give other options to convert it again');
  if (job.status !== 'failed' && job.status !== 'cancelled') throw conflict(job, 'retried');
  return startGeneration(job, job.options);
};

/**
 * Starts the next generation of a job that has ended, with other options. A job that is done keeps its MP3 until the next one is
 * there. A job that is under way with these options stays as it is.
 */
export const retryWith =
  (options: ConversionOptions): Transition =>
  (job) => {
    const isSame = canonicalOptions(options) === canonicalOptions(job.options);
    if (isUnderWay(job)) {
      if (isSame) return undefined;
      const detail = `the job is ${job.status} with other options: wait until it has ended, or cancel it first`;
      throw new AppError('state_conflict', detail);
    }
    if (!isFinal(job)) throw conflict(job, 'retried');
    if (job.status === 'done' && isSame)
      throw new AppError(
        'state_conflict',
        'the job is done with these options: give others to convert it again',
      );
    return startGeneration(job, options);
  };

const isUnderWay = ({ status }: Job): boolean => status === 'queued' || status === 'converting';

function startGeneration(job: FinalJob, options: ConversionOptions): Job {
  if (job.generation >= MAX_GENERATIONS) {
    const detail = `the job was tried ${MAX_GENERATIONS} times: upload the video again`;
    throw new AppError('state_conflict', detail);
  }
  const counts = { attempts: 0, infrastructureFailures: 0, generation: job.generation + 1 };
  return {
    ...releaseFromAttempt(job),
    ...(job.status === 'done' && { previous: previousOf(job) }),
    ...counts,
    status: 'queued',
    options,
  };
}

const previousOf = ({ mp3, mp3BlobId, options, warnings }: DoneJob): PreviousMp3 => ({
  mp3,
  mp3BlobId,
  options,
  warnings,
});

/** Longer than any save of the job can be under way. */
const TOMBSTONE_MS = 24 * 3600_000;

/**
 * Replaces the job by a tombstone: it holds no user data, a late save cannot
 * undo it, and the sweep finds the blobs that it names.
 */
export const tombstone: Transition = (job) => {
  const { previous: _, orphanedBlobs, ...rest } = releaseFromAttempt(job);
  const mp3BlobId = availableMp3(job)?.mp3BlobId;
  const expires = Math.min(Date.parse(job.expires_at), Date.now() + TOMBSTONE_MS);
  return {
    ...rest,
    status: 'deleted',
    expires_at: new Date(expires).toISOString(),
    orphanedBlobs: mp3BlobId === undefined ? orphanedBlobs : [...orphanedBlobs, mp3BlobId],
    source: { size: 0, sha256: '', duration_seconds: null, tracks: null, original: null },
    filename: '',
    email: '',
    download_url: '',
  };
};
