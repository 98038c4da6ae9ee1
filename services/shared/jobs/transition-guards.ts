import { AppError, isAppError } from '../runtime/errors.ts';
import { type ConvertingJob, type Job, jobNotFound, type UploadingJob, type VisibleJob } from './job.ts';

/** An upload or an attempt gets this error when the job no longer belongs to it. */
export class LostAttempt extends Error {
  constructor() {
    super('the job was cancelled, deleted, or taken over');
  }
}

/** Whether the error says that the job does not belong to this upload or attempt any more. */
export const isLostAttempt = (error: unknown): boolean =>
  error instanceof LostAttempt || isAppError(error, 'not_found');

/** The job while its upload is under way. Throws {@link LostAttempt} otherwise. */
export function requireUploading(job: Job): UploadingJob {
  if (job.status !== 'uploading') throw new LostAttempt();
  return job;
}

/** The job while the attempt has its lease. Throws {@link LostAttempt} otherwise. */
export function requireLease(attemptId: string, job: Job): ConvertingJob {
  if (job.status !== 'converting' || job.attemptId !== attemptId) throw new LostAttempt();
  return job;
}

/** The job once it is accepted, while it is not deleted. Throws `not_found` otherwise. */
export function requireAccepted(job: Job): VisibleJob {
  if (job.status === 'uploading' || job.status === 'deleted') throw jobNotFound();
  return job;
}

/** The error of a change that the status of the job forbids. */
export const conflict = ({ status }: Job, what: string): AppError =>
  new AppError('state_conflict', `the job is ${status}: it cannot be ${what}`);
