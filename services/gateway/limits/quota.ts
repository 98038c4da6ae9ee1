import { AppError, type ErrorCode } from '../../shared/runtime/errors.ts';

/** How many there are: in all, and of each owner that has any. */
export interface OwnerCounts {
  all: number;
  of: Map<string, number>;
}

/** The most that there may be: in all, and of one owner among them. */
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

/** Whose bound leaves no room for one more of the owner's. */
export function exceededQuota(tally: OwnerCounts, bounds: Quota, owner: string): 'owner' | 'all' | undefined {
  if ((tally.of.get(owner) ?? 0) >= bounds.perUser) return 'owner';
  return tally.all >= bounds.all ? 'all' : undefined;
}

/** Overload is an answer that says when to come back. */
export const overloaded = (code: ErrorCode, detail: string, seconds: number): AppError =>
  new AppError(code, detail, { headers: { 'Retry-After': String(seconds) } });
