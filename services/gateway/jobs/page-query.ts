import { AppError } from '../../shared/runtime/errors.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

export interface Page {
  limit: number;
  /** Undefined for the first page. */
  cursor: string | undefined;
}

/** Reads `limit` and `cursor` from the query. Throws `bad_request`. */
export function parsePageQuery(query: NodeJS.Dict<string | string[]>): Page {
  const { limit = String(DEFAULT_LIMIT), cursor } = query;
  if (
    typeof limit !== 'string' ||
    !/^\d{1,3}$/.test(limit) ||
    Number(limit) < 1 ||
    Number(limit) > MAX_LIMIT
  ) {
    throw new AppError('bad_request', `limit must be a number from 1 to ${MAX_LIMIT}`);
  }
  if (Array.isArray(cursor)) throw new AppError('bad_request', 'cursor may be given only once');
  return { limit: Number(limit), cursor };
}
