import type { Job } from '../../shared/jobs/job.ts';
import type { FailedIndex } from '../operator/failed-index.ts';

/** Batch size. Large, since every write rewrites a whole document. A failure repeats only its own batch. */
const BATCH = 10_000;

export type FailedRun = Pick<Job, 'id' | 'generation' | 'expires_at'>;

/**
 * Adds jobs to the failed index in the first pass that sees them failed, so that the operator's list need not read the open
 * jobs. Takes all failed jobs that are open and not expired, and skips those that this process has added already. A job
 * that was retried and failed again has another generation, and is added again.
 */
export function createListFailed(index: Pick<FailedIndex, 'add'>) {
  const keyOf = ({ id, generation }: FailedRun) => `${id} ${generation}`;
  let added = new Set<string>();

  return async (failed: readonly FailedRun[], signal: AbortSignal): Promise<void> => {
    const fresh = failed.filter((job) => !added.has(keyOf(job)));
    // Those that have left the index of open jobs are forgotten.
    added = new Set(failed.map(keyOf).filter((key) => added.has(key)));
    for (let at = 0; at < fresh.length; at += BATCH) {
      const batch = fresh.slice(at, at + BATCH);
      await index.add(batch, signal);
      for (const job of batch) added.add(keyOf(job));
    }
  };
}
