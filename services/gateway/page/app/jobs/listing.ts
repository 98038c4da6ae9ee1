import type { JobView } from '../../../../shared/jobs/job-view.ts';

/** Which jobs somebody wants to see. The gateway finds the older ones, and the page those that come while it is open. */
export interface Filter {
  status: JobView['status'] | 'all';
  /** A part of the name. */
  search: string;
}

/** What the gateway has listed so far for one filter, newest first. */
export interface Listing {
  ids: ReadonlySet<string>;
  /** When the oldest of them was created. Undefined where there is none yet. */
  oldest: string | undefined;
  /** Where the next page begins: null after the last page, undefined before the first one. */
  cursor: string | null | undefined;
}

export const EMPTY_LISTING: Listing = { ids: new Set(), oldest: undefined, cursor: undefined };

export function addPage(
  { ids, oldest }: Listing,
  page: { jobs: readonly JobView[]; next_cursor: string | null },
): Listing {
  return {
    ids: new Set([...ids, ...page.jobs.map(({ id }) => id)]),
    oldest: page.jobs.at(-1)?.created_at ?? oldest,
    cursor: page.next_cursor,
  };
}

/**
 * The jobs of the list. Beside those that the gateway has listed, these are the ones that came later. A job that is older than the
 * listed ones is left out, because others that are between them have not been loaded.
 */
export function shownJobs(
  known: readonly JobView[],
  { filter, listing, hidden }: { filter: Filter; listing: Listing; hidden: ReadonlySet<string> },
): JobView[] {
  const isListed = (job: JobView) =>
    listing.ids.has(job.id) || (isInRange(listing, job) && matchesSearch(job, filter.search));
  return known.filter((job) => !hidden.has(job.id) && matchesStatus(job, filter) && isListed(job));
}

const isInRange = ({ oldest, cursor }: Listing, { created_at }: JobView): boolean =>
  cursor === null || oldest === undefined || created_at >= oldest;

const matchesStatus = ({ status }: JobView, filter: Filter): boolean =>
  filter.status === 'all' || filter.status === status;

const matchesSearch = ({ filename }: JobView, search: string): boolean =>
  filename.toLowerCase().includes(search.trim().toLowerCase());
