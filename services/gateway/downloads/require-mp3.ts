import { availableMp3, type Job } from '../../shared/jobs/job.ts';
import { AppError } from '../../shared/runtime/errors.ts';

/** Returns the MP3 that can be downloaded. Throws `not_ready` where there is none, or none yet. */
export function requireMp3(job: Job): NonNullable<ReturnType<typeof availableMp3>> {
  const available = availableMp3(job);
  if (available) return available;
  throw new AppError('not_ready', `the job is ${job.status}; its MP3 is available once the job is done`);
}
