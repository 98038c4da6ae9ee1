import { baseOf, type Job, type JobBase } from './job.ts';

/** The time of a change, as a job has it. */
export const now = (): string => new Date().toISOString();

/** The common fields of a job that no attempt has any more. The blob of an attempt that is under way becomes an orphan. */
export function releaseFromAttempt(job: Job): JobBase {
  const { orphanedBlobs } = job;
  const isNew = job.status === 'converting' && !orphanedBlobs.includes(job.attemptId);
  return {
    ...baseOf(job),
    orphanedBlobs: isNew ? [...orphanedBlobs, job.attemptId] : orphanedBlobs,
    updated_at: now(),
  };
}

/** The common fields of a job that does not need the MP3 of an earlier generation any more. Its blob becomes an orphan. */
export function withoutPrevious(job: Job): JobBase {
  const { previous, ...base } = baseOf(job);
  if (!previous) return base;
  return { ...base, orphanedBlobs: [...base.orphanedBlobs, previous.mp3BlobId] };
}
