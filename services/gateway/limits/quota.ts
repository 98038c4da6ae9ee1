import { AppError, type ErrorCode } from '../../shared/runtime/errors.ts';

/** A count of all users, and of each owner whose count is not 0. */
export interface OwnerCounts {
  all: number;
  of: Map<string, number>;
}

/** The most that there may be of all users, and of each user. */
export interface Quota {
  all: number;
  perUser: number;
}

export const emptyCounts = (): OwnerCounts => ({ all: 0, of: new Map() });

export function adjustCount(tally: OwnerCounts, owner: string, by: 1 | -1): void {
  tally.all += by;
  const own = (tally.of.get(owner) ?? 0) + by;
  if (own > 0) tally.of.set(owner, own);
  else tally.of.delete(owner);
}

/** Returns which part of the quota allows no more for the owner, or undefined. */
export function exceededQuota(tally: OwnerCounts, bounds: Quota, owner: string): 'owner' | 'all' | undefined {
  if ((tally.of.get(owner) ?? 0) >= bounds.perUser) return 'owner';
  return tally.all >= bounds.all ? 'all' : undefined;
}

/** An error for overload. The response carries `Retry-After` in seconds. */
export const overloaded = (code: ErrorCode, detail: string, seconds: number): AppError =>
  new AppError(code, detail, { headers: { 'Retry-After': String(seconds) } });
