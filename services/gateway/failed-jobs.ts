import { z } from 'zod';
import { AppError, isAppError } from '../shared/errors.ts';
import type { JobIndex } from '../shared/job-index.ts';
import type { JobStore } from '../shared/job-store.ts';
import { isVisible, type Job, jobView } from '../shared/jobs.ts';
import type { JobChanges } from './change-job.ts';
import type { FailedEntry, FailedIndex } from './failed-index.ts';
import { jobId, jobOrTombstone } from './owned-job.ts';
import type { Page } from './page.ts';

const BATCH = 50;

/** What an operator sees of a job that has failed. */
export const failedJobView = z.object({
  ...jobView.pick({ id: true, filename: true, error: true, attempts: true }).shape,
  owner: z.string().describe('user id'),
  email: z.string(),
  run: z.number().int().describe('how often a person had it converted'),
  ...jobView.pick({ created_at: true, updated_at: true, expires_at: true }).shape,
});
export type FailedJobView = z.infer<typeof failedJobView>;

/** The dead letters: failed jobs of all owners, for an operator. */
export interface FailedJobs {
  list(page: Page): Promise<{ jobs: FailedJobView[]; next_cursor: string | null }>;
  /** Also of one that waits or is converted again already. Throws `state_conflict` for a job that is `done` or `cancelled`, `not_found`. */
  retry(id: string | undefined): Promise<FailedJobView>;
  /** Deletes the job, again if need be. Throws `state_conflict` for a job that has not failed, `not_found`. */
  drop(id: string | undefined): Promise<void>;
}

export interface FailedPorts {
  jobs: JobStore;
  index: JobIndex;
  failedIndex: FailedIndex;
  changes: JobChanges;
}

export function createFailedJobs({ jobs, index, failedIndex, changes }: FailedPorts): FailedJobs {
  /** Those that may have failed, after the cursor: they are ordered by id, which does not change while one pages. */
  async function candidates(
    cursor: string | undefined,
  ): Promise<[id: string, entry: FailedEntry | undefined][]> {
    const found = new Map<string, FailedEntry | undefined>();
    // In this order: a job comes into the one index before it leaves the other.
    for await (const open of index.listOpen()) for (const { id } of open) found.set(id, undefined);
    for await (const failed of failedIndex.list()) for (const entry of failed) found.set(entry.id, entry);
    return [...found]
      .filter(([id]) => cursor === undefined || id > cursor)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  return {
    async list({ limit, cursor }) {
      const page: Job[] = [];
      const stale: FailedEntry[] = [];
      const all = (await candidates(cursor && cursorId(cursor))).values();
      // One more than asked for tells whether there is a next page.
      for (let batch = all.take(BATCH).toArray(); batch.length > 0 && page.length <= limit; ) {
        const stored = await jobs.getMany(batch.map(([id]) => id));
        for (const [id, entry] of batch) {
          const job = stored.get(id)?.document;
          if (job?.status === 'failed' && isVisible(job)) page.push(job);
          else if (entry) stale.push(entry);
        }
        batch = all.take(BATCH).toArray();
      }
      if (stale.length > 0) await failedIndex.remove(stale);
      const shown = page.slice(0, limit);
      return {
        jobs: shown.map((job) => failedJobView.parse(job)),
        next_cursor: page.length > limit ? (shown.at(-1)?.id ?? null) : null,
      };
    },

    async retry(id) {
      const { document } = await jobs.get(jobId(id));
      if (document.status === 'done' || document.status === 'cancelled') throw hasNotFailed(document);
      return failedJobView.parse(await changes.retry(document));
    },

    async drop(id) {
      await changes.delete(await jobOrTombstone(jobs, id), (job) => {
        if (job.status !== 'failed') throw hasNotFailed(job);
      });
    },
  };
}

const hasNotFailed = ({ status }: Job): AppError =>
  new AppError('state_conflict', `the job is ${status}: it is not among those that have failed`);

function cursorId(cursor: string): string {
  try {
    return jobId(cursor);
  } catch (cause) {
    if (!isAppError(cause, 'not_found')) throw cause;
    throw new AppError('bad_request', 'cursor is not one that this service gave out', { cause });
  }
}
