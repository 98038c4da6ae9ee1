import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { isVisible, type VisibleJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { JobView } from '../../shared/jobs/job-view.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { JobIndex, OwnedPage } from '../job-index/job-index.ts';
import type { Queue } from '../queue/queue.ts';
import type { JobFilter } from './job-filter.ts';
import type { Page } from './page-query.ts';

/**
 * Jobs, of about 2 KB each, that are read at once. It does not depend on
 * the limit, because most of a list may be deleted.
 */
const BATCH = 50;
/** The most pages of an owner's list, of 100 jobs each, that one request reads. */
const MAX_PAGES = 20;

interface Ports {
  jobs: JobStore;
  index: Pick<JobIndex, 'listOwned' | 'dropOwned'>;
  queue: Pick<Queue, 'view'>;
  log: Log;
  /** Ends the reads, such as where the client has gone. */
  signal: AbortSignal;
}

interface Wanted extends Page {
  filter: JobFilter;
}

interface JobList {
  jobs: JobView[];
  /** Null at the end of the list. */
  next_cursor: string | null;
}

/**
 * Lists the jobs of an owner that pass the filter, newest first. One request does a bounded amount of work, so a page may be short
 * or empty although more pages follow. Entries whose job is deleted or missing are dropped on the way. A job whose document is damaged is left out and
 * keeps its entry.
 */
export async function listJobs(ports: Ports, owner: string, wanted: Wanted): Promise<JobList> {
  const { jobs, next_cursor } = await readPage(ports, owner, wanted);
  return { jobs: await ports.queue.view(jobs), next_cursor };
}

async function readPage(
  ports: Ports,
  owner: string,
  { limit, cursor, filter }: Wanted,
): Promise<{ jobs: VisibleJob[]; next_cursor: string | null }> {
  const page: VisibleJob[] = [];
  let last: string | null = null;
  let pages = 0;
  for await (const ownerPage of ports.index.listOwned(owner, cursor, ports.signal)) {
    for await (const { job, cursor } of readVisible(ports, owner, ownerPage)) {
      if (!filter(job)) continue;
      // A job beyond the limit shows that there is a next page.
      if (page.length === limit) return { jobs: page, next_cursor: last };
      page.push(job);
      last = cursor;
    }
    if (++pages === MAX_PAGES) return { jobs: page, next_cursor: ownerPage.end };
  }
  return { jobs: page, next_cursor: null };
}

async function* readVisible(
  { jobs, index, log, signal }: Ports,
  owner: string,
  { number, entries }: OwnedPage,
): AsyncGenerator<{ job: VisibleJob; cursor: string }> {
  const dead: string[] = [];
  try {
    for (let at = 0; at < entries.length; at += BATCH) {
      const batch = entries.slice(at, at + BATCH);
      const ids = batch.map(({ id }) => id);
      const { found, damaged } = await readJobs(jobs, ids, log, signal);
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
    // This runs also when the page is full. If it fails, the list is still correct, and the next request tries again.
    if (dead.length > 0) {
      await index.dropOwned(owner, number, dead).catch((error: unknown) => {
        if (!isAppError(error, 'unavailable')) throw error;
      });
    }
  }
}
