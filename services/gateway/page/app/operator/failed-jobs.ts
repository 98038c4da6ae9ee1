import { computed, effect, signal } from '@preact/signals';
import type { FailedJobView } from '../../../operator/failed-job-view.ts';
import { handleError } from './access.ts';
import { operator } from './api.ts';
import { shown } from './overview.ts';

const PAGE_SIZE = 20;
/** Pages that are read for one page of the list. A page of the API may be empty although more follow. */
const MAX_PAGES = 10;
/** Milliseconds after which the number of failed jobs in the overview is newer than a change of the list. */
const SETTLE_MS = 4_000;

export interface FailedList {
  jobs: readonly FailedJobView[];
  /** Null where there are no more. */
  nextCursor: string | null;
}

/** What is shown of the list. Undefined until it was read. */
export const failedList = signal<FailedList | undefined>(undefined);

/** The number of failed jobs that belongs to the list. Undefined while it is not known. */
const expectedCount = signal<number | undefined>(undefined);
/** Milliseconds since the epoch of the last read or change of the list. */
let changedAt = 0;

/** Whether other jobs have failed, or were retried elsewhere, since the list was read. */
export const isListOld = computed(() => {
  const count = shown.value?.overview.failed?.count;
  return expectedCount.value !== undefined && count !== undefined && count !== expectedCount.value;
});

effect(() => {
  const { at = 0, overview } = shown.value ?? {};
  if (expectedCount.peek() === undefined && at - changedAt > SETTLE_MS)
    expectedCount.value = overview?.failed?.count;
});

function noteChange(): void {
  changedAt = Date.now();
  expectedCount.value = undefined;
}

/** Reads the list from its beginning. */
export async function reloadFailed(): Promise<void> {
  await attempt(async () => {
    failedList.value = await readPage(null);
    noteChange();
  });
}

/** Adds the next page. */
export async function showMoreFailed(): Promise<void> {
  const { jobs = [], nextCursor = null } = failedList.value ?? {};
  await attempt(async () => {
    const next = await readPage(nextCursor);
    failedList.value = { ...next, jobs: [...jobs, ...next.jobs] };
  });
}

/** Resolves with whether the job waits again. */
export const retryFailed = (id: string): Promise<boolean> => change(id, () => operator.retry(id));

/** Resolves with whether the job was deleted. */
export const dropFailed = (id: string): Promise<boolean> => change(id, () => operator.drop(id));

async function change(id: string, command: () => Promise<void>): Promise<boolean> {
  return attempt(async () => {
    await command();
    const { value: list } = failedList;
    if (list) failedList.value = { ...list, jobs: list.jobs.filter((job) => job.id !== id) };
    noteChange();
  });
}

async function readPage(first: string | null): Promise<FailedList> {
  let [cursor, jobs]: [string | null, FailedJobView[]] = [first, []];
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await operator.page({ limit: PAGE_SIZE, cursor });
    jobs = [...jobs, ...page.jobs];
    cursor = page.next_cursor;
    if (cursor === null || jobs.length >= PAGE_SIZE) break;
  }
  return { jobs, nextCursor: cursor };
}

async function attempt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    handleError(error);
    return false;
  }
}
