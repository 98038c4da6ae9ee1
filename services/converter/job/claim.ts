import { type ConvertingJob, isFinal, type Job, type QueuedJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { claim, type Transition } from '../../shared/jobs/transitions.ts';
import { isAbandoned, type LeaseTimes } from '../../shared/state/lease.ts';

/** The job as it was read before the claim. */
export type Claimable = QueuedJob | ConvertingJob;

/**
 * Resolves with the job as soon as it is known that it needs a converter. Otherwise resolves with `final`, or with `leased`
 * when a heartbeat of another converter was seen. Throws `not_found`.
 */
export async function findClaimable(
  jobs: JobStore,
  id: string,
  times: LeaseTimes,
  signal: AbortSignal,
): Promise<Claimable | 'final' | 'leased'> {
  const read = () => jobs.get(id, signal);
  const seen = await read();
  const job = seen.document;
  if (isFinal(job)) return 'final';
  if (job.status === 'queued') return job;
  return (await isAbandoned(seen, read, times, signal)) ? job : 'leased';
}

/** The job was changed after it had been read, so this converter must not claim it. */
class Changed extends Error {}

export interface Claim {
  /** The job as it was read before. */
  seen: Claimable;
  attemptId: string;
}

/** Claims the job for an attempt. Resolves with undefined when another converter was faster. Throws `not_found`. */
export async function claimJob(
  jobs: JobStore,
  { seen, attemptId }: Claim,
  signal: AbortSignal,
): Promise<ConvertingJob | undefined> {
  const claimIfUnchanged: Transition = (job) => {
    // An earlier save of this claim was reported as failed, but had arrived.
    if (job.status === 'converting' && job.attemptId === attemptId) return undefined;
    if (!isUnchanged(job, seen)) throw new Changed();
    return claim(attemptId)(job);
  };
  try {
    const job = await jobs.update(seen.id, claimIfUnchanged, signal);
    return job.status === 'converting' ? job : undefined;
  } catch (error) {
    if (error instanceof Changed) return undefined;
    throw error;
  }
}

/**
 * Whether no other converter has claimed the job since. A queued job may be updated without a claim, but an update of a converting job is
 * a heartbeat.
 */
const isUnchanged = (job: Job, seen: Claimable): boolean =>
  seen.status === 'queued'
    ? job.status === 'queued'
    : job.status === 'converting' && job.attemptId === seen.attemptId && job.updated_at === seen.updated_at;
