import { ForeignResponseError, ProblemError } from './errors.ts';

/** Seconds from a `Retry-After` header, which holds a number of seconds or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/** The seconds that the response asked to wait, or 0. */
export const retryAfterOf = (error: unknown): number =>
  error instanceof ProblemError || error instanceof ForeignResponseError ? (error.retryAfterSeconds ?? 0) : 0;
