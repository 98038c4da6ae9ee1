import { AppError } from '../runtime/errors.ts';
import { type ConversionOptions, canonicalOptions } from './conversion-options.ts';
import { type DoneJob, type FinalJob, isFinal, type Job, type PreviousMp3 } from './job.ts';
import { releaseFromAttempt } from './release.ts';
import { conflict } from './transition-guards.ts';
import type { Transition } from './transitions.ts';

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
