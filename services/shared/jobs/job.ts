import { AppError } from '../runtime/errors.ts';
import { type JobError, type JobView, jobView, type Mp3 } from './job-view.ts';
import type { JobWarning } from './warnings.ts';

type PublicFields =
  | 'id'
  | 'filename'
  | 'options'
  | 'source'
  | 'attempts'
  | 'created_at'
  | 'updated_at'
  | 'expires_at';

/** The MP3 of an earlier generation, and how it was made. */
export interface PreviousMp3 extends Pick<JobView, 'options' | 'warnings'> {
  mp3: Mp3;
  mp3BlobId: string;
}

/** The fields that a job has in every status. */
export interface JobBase extends Pick<JobView, PublicFields> {
  /** User id. */
  owner: string;
  /** The address to which the outcome is mailed. Empty where the owner was a guest when the upload began. */
  email: string;
  trace_id: string;
  videoBlobId: string;
  /** Blobs of attempts that ended without an MP3. They may exist, and nobody needs them. */
  orphanedBlobs: string[];
  /**
   * Number of the conversion, from 1. A retry by a person starts the next
   * one, and each has one outcome to notify the owner of.
   */
  generation: number;
  /** How often an attempt failed because the store or the disk was unavailable. Such failures do not count as `attempts`. */
  infrastructureFailures: number;
  /** Signed for this job. It goes into the mail. */
  download_url: string;
  /** When its file name was last changed, if it was. `updated_at` does not tell. */
  renamed_at?: string;
  /** Of a job that was done and is converted again, until that succeeds. A job that is done or deleted has none. */
  previous?: PreviousMp3;
}

/** An upload that has begun. Nobody but its gateway and the sweep can see it. */
export interface UploadingJob extends JobBase {
  status: 'uploading';
}
export interface QueuedJob extends JobBase {
  status: 'queued';
}
export interface ConvertingJob extends JobBase {
  status: 'converting';
  progress: number;
  eta_seconds: number | null;
  /**
   * The attempt that has the lease. A new attempt has a new id, so that a late save
   * of the old one is refused. Its MP3 is stored under this id.
   */
  attemptId: string;
}
export interface DoneJob extends JobBase {
  status: 'done';
  mp3: Mp3;
  mp3BlobId: string;
  warnings: JobWarning[];
}
export interface FailedJob extends JobBase {
  status: 'failed';
  progress: number;
  error: JobError;
}
export interface CancelledJob extends JobBase {
  status: 'cancelled';
  progress: number;
}
/** A tombstone. It stops late saves, and names the blobs that are still to be deleted. */
export interface DeletedJob extends JobBase {
  status: 'deleted';
}

/** A job in memory. See stored-job.ts for the form in which it is saved. */
export type Job = UploadingJob | QueuedJob | ConvertingJob | DoneJob | FailedJob | CancelledJob | DeletedJob;

/** The fields that a job has in every status, without those of its present one. */
export const baseOf = (job: JobBase): JobBase => ({
  id: job.id,
  filename: job.filename,
  options: job.options,
  source: job.source,
  attempts: job.attempts,
  created_at: job.created_at,
  updated_at: job.updated_at,
  expires_at: job.expires_at,
  owner: job.owner,
  email: job.email,
  trace_id: job.trace_id,
  videoBlobId: job.videoBlobId,
  orphanedBlobs: job.orphanedBlobs,
  generation: job.generation,
  infrastructureFailures: job.infrastructureFailures,
  download_url: job.download_url,
  ...(job.renamed_at !== undefined && { renamed_at: job.renamed_at }),
  ...(job.previous && { previous: job.previous }),
});

/** The MP3 that can be downloaded, if there is one. While a job is converted again, it is that of the generation before. */
export const availableMp3 = (job: Job): Omit<PreviousMp3, 'options'> | undefined =>
  job.status === 'done' ? job : job.previous;

export type FinalJob = DoneJob | FailedJob | CancelledJob;
export type VisibleJob = QueuedJob | ConvertingJob | FinalJob;

export const isFinalStatus = (status: Job['status']): status is FinalJob['status'] =>
  status === 'done' || status === 'failed' || status === 'cancelled';

export const isFinal = (job: Job): job is FinalJob => isFinalStatus(job.status);

/** Whether the job has expired, or will expire within `inMs` milliseconds. */
export const isExpired = ({ expires_at }: Pick<Job, 'expires_at'>, inMs = 0): boolean =>
  Date.parse(expires_at) <= Date.now() + inMs;

/** Whether the job exists for its owner. */
export const isVisible = (job: Job): job is VisibleJob =>
  job.status !== 'uploading' && job.status !== 'deleted' && !isExpired(job);

/**
 * Returns the public fields alone. MP3 and warnings are those of the MP3 that can be downloaded. Internal fields cannot leak,
 * because the schema names every field that is shown.
 */
export function viewOf(job: Job): JobView {
  const absent = { progress: job.status === 'done' ? 1 : 0, eta_seconds: null, error: null };
  const { mp3 = null, warnings = [] } = availableMp3(job) ?? {};
  return jobView.parse({ ...absent, ...job, mp3, warnings });
}

/**
 * Returns the blobs that may exist and that nobody needs: every blob of a job that was
 * deleted or has expired, and the blobs of lost attempts of any other job.
 */
export function blobsToDelete(job: Job): string[] {
  const { videoBlobId, orphanedBlobs } = job;
  const mp3BlobId = availableMp3(job)?.mp3BlobId;
  if (job.status !== 'deleted' && !isExpired(job)) return orphanedBlobs.filter((id) => id !== mp3BlobId);
  const attemptId = job.status === 'converting' ? job.attemptId : undefined;
  return [videoBlobId, ...orphanedBlobs, ...[mp3BlobId, attemptId].filter((id) => id !== undefined)];
}

const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Whether the text has the form of a job id: a lower-case UUID. */
export const isJobId = (text: string): boolean => ID.test(text);

export const jobNotFound = (): AppError => new AppError('not_found', 'there is no such job');
