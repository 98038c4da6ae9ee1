import type { Job } from '../../shared/jobs/job.ts';
import type { FailedIndex } from '../operator/failed-index.ts';

/**
 * Jobs that are added at once. The number is large, because every write rewrites
 * a whole document. A failure repeats only its own batch.
 */
const BATCH = 10_000;

export type FailedGeneration = Pick<Job, 'id' | 'generation' | 'expires_at'>;

/**
 * Adds jobs to the index of failed jobs in the first sweep that sees them failed, so that the operator's list need not read
 * the active jobs. Takes all failed jobs that are active and not expired, and skips those that this process has added
 * already. A job that was retried and failed again has another generation, and is added again.
 */
export function createIndexFailed(index: Pick<FailedIndex, 'add'>) {
  const keyOf = ({ id, generation }: FailedGeneration) => `${id} ${generation}`;
  let added = new Set<string>();

  return async (failed: readonly FailedGeneration[], signal: AbortSignal): Promise<void> => {
    const fresh = failed.filter((job) => !added.has(keyOf(job)));
    // Jobs that are not active any more are forgotten.
    added = new Set(failed.map(keyOf).filter((key) => added.has(key)));
    for (let at = 0; at < fresh.length; at += BATCH) {
      const batch = fresh.slice(at, at + BATCH);
      await index.add(batch, signal);
      for (const job of batch) added.add(keyOf(job));
    }
  };
}
