import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { isVisible, type Job, viewOf } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { AppError, isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { JobCommands } from '../jobs/commands.ts';
import { findJobOrTombstone, parseJobId } from '../jobs/find-owned.ts';
import type { Page } from '../jobs/page-query.ts';
import type { FailedEntry, FailedIndex } from './failed-index.ts';
import { type FailedJobView, failedJobView } from './failed-job-view.ts';

/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 100;
/** The most entries that one request reads. Entries of jobs that were retried, deleted or have expired are not shown. */
const MAX_ENTRIES = 1_000;
/**
 * The number of index documents after which a request ends. After many
 * failures there are thousands, and all may be empty.
 */
const MAX_DOCUMENTS = 500;

/** The dead letters of this system: the failed jobs of all owners, for an operator. */
export interface FailedJobs {
  /** A page may be short or empty although more pages follow. The last page is the one whose `next_cursor` is null. */
  list(page: Page): Promise<{ jobs: FailedJobView[]; next_cursor: string | null }>;
  /**
   * Accepts a job that is under way again already. Throws `state_conflict` for a
   * job that is `done` or `cancelled`, and `not_found`.
   */
  retry(id: string | undefined): Promise<FailedJobView>;
  /** Deletes the job, also a second time. Throws `state_conflict` for a job that has not failed, and `not_found`. */
  drop(id: string | undefined): Promise<void>;
}

export interface FailedPorts {
  jobs: JobStore;
  failedIndex: FailedIndex;
  commands: JobCommands;
  log: Log;
}

interface FailedEntryWithJob {
  entry: FailedEntry;
  /** Undefined when the job is missing or damaged. */
  job: Job | undefined;
  isDamaged: boolean;
}

export function createFailedJobs({ jobs, failedIndex, commands, log }: FailedPorts): FailedJobs {
  async function* withJobs(entries: readonly FailedEntry[]): AsyncGenerator<FailedEntryWithJob> {
    for (let at = 0; at < entries.length; at += BATCH) {
      const batch = entries.slice(at, at + BATCH);
      const ids = batch.map(({ id }) => id);
      const { found, damaged } = await readJobs(jobs, ids, log);
      for (const entry of batch) {
        yield { entry, job: found.get(entry.id)?.document, isDamaged: damaged.has(entry.id) };
      }
    }
  }

  /** Fills the page, and fills `stale` with entries that are not shown. Returns the id after which the next page begins. */
  async function fill(page: Job[], stale: FailedEntry[], limit: number, after?: string) {
    let entriesRead = 0;
    let documents = 0;
    for await (const part of failedIndex.list(undefined, after)) {
      for await (const { entry, job, isDamaged } of withJobs(part.entries)) {
        const isShown = job?.status === 'failed' && isVisible(job);
        // A job beyond the limit shows that there is a next page.
        if (isShown && page.length === limit) return page.at(-1)?.id ?? null;
        if (isShown) page.push(job);
        // The job was read after its entry. If it fails again meanwhile, it is added again, and that entry stays.
        else if (!isDamaged) stale.push(entry);
        if (++entriesRead === MAX_ENTRIES) return entry.id;
      }
      documents += part.documents;
      if (documents >= MAX_DOCUMENTS) return part.end;
    }
    return null;
  }

  return {
    async list({ limit, cursor }) {
      const page: Job[] = [];
      const stale: FailedEntry[] = [];
      const next_cursor = await fill(page, stale, limit, cursor && cursorId(cursor));
      if (stale.length > 0) await failedIndex.remove(stale);
      return { jobs: page.map(failedViewOf), next_cursor };
    },

    async retry(id) {
      const { document } = await jobs.get(parseJobId(id));
      if (document.status === 'done' || document.status === 'cancelled') throw hasNotFailed(document);
      return failedViewOf(await commands.retry(document));
    },

    async drop(id) {
      await commands.delete(await findJobOrTombstone(jobs, id), (job) => {
        if (job.status !== 'failed') throw hasNotFailed(job);
      });
    },
  };
}

/** Returns what an operator sees of the job. */
export const failedViewOf = (job: Job): FailedJobView =>
  failedJobView.parse({
    ...viewOf(job),
    owner: job.owner,
    email: job.email,
    trace_id: job.trace_id,
    run: job.generation,
  });

const hasNotFailed = ({ status }: Job): AppError =>
  new AppError('state_conflict', `the job is ${status}, not failed`);

function cursorId(cursor: string): string {
  try {
    return parseJobId(cursor);
  } catch (cause) {
    if (!isAppError(cause, 'not_found')) throw cause;
    throw new AppError('bad_request', 'the cursor is invalid', { cause });
  }
}
