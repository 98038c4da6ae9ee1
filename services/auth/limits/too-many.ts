import { rateLimitHeaders } from '../../shared/http/rate-limit-headers.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { LimitOptions, LimitState } from './stored-limiter.ts';

/**
 * The answer to a request beyond a limit. It is the same for every key, so that it does not tell whether there is an account.
 * @param what names in the plural what there were too many of
 */
export function tooMany(
  what: string,
  { name, points, windowSeconds }: LimitOptions,
  state: LimitState,
): AppError {
  const resetSeconds = Math.max(1, Math.ceil(state.resetMs / 1000));
  const limit = { policy: name, quota: points, remaining: 0, resetSeconds, windowSeconds };
  return new AppError('too_many_requests', `there were too many ${what}; try again later`, {
    headers: { 'Retry-After': String(resetSeconds), ...rateLimitHeaders([limit]) },
  });
}
