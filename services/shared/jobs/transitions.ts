import { availableMp3, type ConvertingJob, type DoneJob, isFinal, type Job, type JobBase } from './job.ts';
import type { JobError } from './job-view.ts';
import { now, releaseFromAttempt, withoutPrevious } from './release.ts';
import { conflict, requireAccepted, requireLease, requireUploading } from './transition-guards.ts';

/**
 * A change for `JobStore.update`. It gets the job as it is stored and returns the changed job, or undefined to leave it as
 * it is. It throws where the status of the job forbids the change, so that a late caller changes nothing.
 */
export type Transition = (job: Job) => Job | undefined;

/** What an attempt may save of its job while it has the lease. */
export type AttemptUpdate = Partial<
  Pick<ConvertingJob, 'source' | 'progress' | 'eta_seconds' | 'attempts' | 'infrastructureFailures'>
>;

/** Shows that the upload is alive. */
export const renewUpload: Transition = (job) => ({ ...requireUploading(job), updated_at: now() });

/** The upload is complete with its options, and from here on the job is accepted. */
export const acceptUpload =
  ({ source, options }: Pick<JobBase, 'source' | 'options'>): Transition =>
  (job) => ({ ...requireUploading(job), source, options, status: 'queued', updated_at: now() });

/** Gives the job to a new attempt. */
export const claim =
  (attemptId: string): Transition =>
  (stored) => {
    const job = requireAccepted(stored);
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

const progressOf = (job: Job): number => ('progress' in job ? job.progress : 0);

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
  (job) =>
    requireAccepted(job).filename === filename ? undefined : { ...job, filename, renamed_at: now() };

/** Fails a job that was not converted in the time for which it is kept. An attempt that is still at work has lost it. */
export const expire: Transition = (job) => {
  if (job.status !== 'queued' && job.status !== 'converting') return undefined;
  const detail = 'it could not be converted in the time for which it is kept';
  const error = { code: 'gave_up', detail };
  return { ...releaseFromAttempt(job), status: 'failed', progress: progressOf(job), error };
};

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
    source: { size: 0, sha256: '', duration_seconds: null, tracks: null, original: null, kept: 'whole' },
    filename: '',
    email: '',
    download_url: '',
  };
};
