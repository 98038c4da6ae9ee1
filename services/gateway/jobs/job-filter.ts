import { type JobView, STATUSES } from '../../shared/jobs/job-view.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { foldText } from './fold-text.ts';

/** The longest text to search for, in UTF-16 code units. No file name is longer. */
export const MAX_SEARCH_LENGTH = 255;

export interface WantedJobs {
  /** Empty for jobs in any status. */
  status: readonly JobView['status'][];
  /** A part of the file name, whatever the case and the accents. Empty for any name. */
  search: string;
}

/** Whether a list shows the job. */
export type JobFilter = (job: Pick<JobView, 'status' | 'filename'>) => boolean;

export function createJobFilter({ status, search }: WantedJobs): JobFilter {
  const folded = foldText(search.trim());
  return (job) =>
    (status.length === 0 || status.includes(job.status)) &&
    (folded === '' || foldText(job.filename).includes(folded));
}

/** Whether the query asks for some of the jobs only. Such a list may have to read many jobs to find one. */
export const isFiltered = ({ status, search }: NodeJS.Dict<string | string[]>): boolean =>
  status !== undefined || [search].flat().some((text) => text !== undefined && text.trim() !== '');

/**
 * Reads `status` and `search` from the query. A status may be given several times, or several separated by commas. Throws
 * `bad_request`.
 */
export function parseJobFilter({ status = [], search = '' }: NodeJS.Dict<string | string[]>): JobFilter {
  if (Array.isArray(search)) throw new AppError('bad_request', 'search may be given only once');
  if (search.length > MAX_SEARCH_LENGTH)
    throw new AppError('bad_request', `search has at most ${MAX_SEARCH_LENGTH} characters`);
  return createJobFilter({ status: parseStatuses([status].flat()), search });
}

function parseStatuses(texts: readonly string[]): JobView['status'][] {
  const given = texts.flatMap((text) => text.split(','));
  const known = STATUSES.filter((status) => given.includes(status));
  if (given.some((text) => !(known as string[]).includes(text)))
    throw new AppError('bad_request', `status is one or several of ${STATUSES.join(', ')}`);
  return known;
}
