import { isVisible, type Job, type JobView, viewOf } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { JobIndex, OwnedPage } from '../job-index/job-index.ts';
import { readJobs } from '../job-index/read-jobs.ts';
import type { Page } from './pagination.ts';

/** Jobs of about 2 KB that are read at once, whatever the limit is: most of a list may be deleted. */
const BATCH = 50;
/** Parts of an owner's list, of 100 jobs each, that one request looks through. */
const MOST_PARTS = 20;

interface Ports {
  jobs: JobStore;
  index: Pick<JobIndex, 'listOwned' | 'dropOwned'>;
  log: Log;
}

interface JobList {
  jobs: JobView[];
  /** Null at the end of the list. */
  next_cursor: string | null;
}

/**
 * An owner's jobs, newest first. One request does a bounded amount of work, so that a page may be short, or empty, though more
 * follow. Entries whose job is deleted or missing are dropped on the way; those of jobs that have expired will be missing soon.
 * A job whose document is damaged is left out, and keeps its entry.
 */
export async function listJobs(ports: Ports, owner: string, { limit, cursor }: Page): Promise<JobList> {
  const page: JobView[] = [];
  let last: string | null = null;
  let parts = 0;
  for await (const part of ports.index.listOwned(owner, cursor)) {
    for await (const { job, cursor } of visible(ports, owner, part)) {
      // One more than asked for tells that there is a next page.
      if (page.length === limit) return { jobs: page, next_cursor: last };
      page.push(viewOf(job));
      last = cursor;
    }
    if (++parts === MOST_PARTS) return { jobs: page, next_cursor: part.end };
  }
  return { jobs: page, next_cursor: null };
}

async function* visible(
  { jobs, index, log }: Ports,
  owner: string,
  { number, entries }: OwnedPage,
): AsyncGenerator<{ job: Job; cursor: string }> {
  const dead: string[] = [];
  try {
    for (let at = 0; at < entries.length; at += BATCH) {
      const batch = entries.slice(at, at + BATCH);
      const ids = batch.map(({ id }) => id);
      const { found, damaged } = await readJobs(jobs, ids, log);
      for (const { id } of batch) {
        const status = found.get(id)?.document.status;
        if (!damaged.has(id) && (status === undefined || status === 'deleted')) dead.push(id);
      }
      for (const { id, cursor } of batch) {
        const job = found.get(id)?.document;
        if (job?.owner === owner && isVisible(job)) yield { job, cursor };
      }
    }
  } finally {
    // Also when the page is full. The list is right without it, and the next one tries again.
    if (dead.length > 0) {
      await index.dropOwned(owner, number, dead).catch((error: unknown) => {
        if (!isAppError(error, 'unavailable')) throw error;
      });
    }
  }
}
