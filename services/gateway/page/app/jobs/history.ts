import { computed, signal } from '@preact/signals';
import { client } from '../api.ts';
import { hiddenJobs } from './deletion.ts';
import { addPage, EMPTY_LISTING, type Filter, type Listing, shownJobs } from './listing.ts';
import { jobs, putJobs } from './store.ts';

const PAGE = 20;
/** Milliseconds after the last key before the gateway is asked. */
const TYPING_MS = 300;
const ALL: Filter = { status: 'all', search: '' };

export const filter = signal<Filter>(ALL);
const listing = signal<Listing>(EMPTY_LISTING);
/** What is being loaded. */
export const loading = signal<'first' | 'more' | undefined>(undefined);
/** Why the last page could not be loaded. */
export const loadingError = signal<unknown>(undefined);

export const isFiltered = computed(() => filter.value.status !== 'all' || filter.value.search.trim() !== '');
/** The jobs of the list, newest first. */
export const shown = computed(() =>
  shownJobs(jobs.value, { filter: filter.value, listing: listing.value, hidden: hiddenJobs.value }),
);
export const hasMore = computed(() => typeof listing.value.cursor === 'string');

let request = new AbortController();
let typing: ReturnType<typeof setTimeout> | undefined;

/** Shows other jobs. */
export function setFilter(change: Partial<Filter>): void {
  filter.value = { ...filter.value, ...change };
  listing.value = EMPTY_LISTING;
  loading.value = 'first';
  request.abort();
  clearTimeout(typing);
  typing = setTimeout(() => void loadFirst(), change.search === undefined ? 0 : TYPING_MS);
}

export const clearFilter = (): void => setFilter(ALL);

/** Forgets what was listed, because somebody else may sign in next. */
export function forgetHistory(): void {
  request.abort();
  clearTimeout(typing);
  filter.value = ALL;
  listing.value = EMPTY_LISTING;
  loading.value = undefined;
  loadingError.value = undefined;
}

export const loadFirst = (): Promise<void> => load('first', EMPTY_LISTING);
export const loadMore = (): Promise<void> => load('more', listing.value);

/** Loads what came while there was no connection. Where that was more than a page, the list begins anew. */
export async function refreshHistory(): Promise<void> {
  if (loading.value !== undefined) return;
  const page = await client.jobs(queryOf(undefined), { signal: request.signal });
  putJobs(page.jobs);
  const before = listing.value;
  const isOverlapping = page.next_cursor === null || page.jobs.some(({ id }) => before.ids.has(id));
  const added = addPage(before, page);
  listing.value = isOverlapping
    ? { ...added, oldest: before.oldest ?? added.oldest, cursor: before.cursor ?? page.next_cursor }
    : addPage(EMPTY_LISTING, page);
}

async function load(what: 'first' | 'more', before: Listing): Promise<void> {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  loading.value = what;
  loadingError.value = undefined;
  try {
    const page = await client.jobs(queryOf(before.cursor), { signal });
    if (signal.aborted) return;
    putJobs(page.jobs);
    listing.value = addPage(before, page);
  } catch (error) {
    if (!signal.aborted) loadingError.value = error;
  } finally {
    if (!signal.aborted) loading.value = undefined;
  }
}

function queryOf(cursor: string | null | undefined) {
  const { status, search } = filter.value;
  const text = search.trim();
  return {
    limit: PAGE,
    ...(cursor && { cursor }),
    ...(status !== 'all' && { status }),
    ...(text !== '' && { search: text }),
  };
}
