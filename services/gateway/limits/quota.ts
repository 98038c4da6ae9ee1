import { AppError, type ErrorCode } from '../../shared/runtime/errors.ts';

/** A count of all users, and of each owner whose count is not 0. */
export interface OwnerCounts {
  all: number;
  byOwner: Map<string, number>;
}

/** The highest counts that are allowed: of all users together, and of each user. */
export interface Quota {
  all: number;
  perUser: number;
}

export const emptyCounts = (): OwnerCounts => ({ all: 0, byOwner: new Map() });

export function adjustCount(counts: OwnerCounts, owner: string, by: 1 | -1): void {
  counts.all += by;
  const own = (counts.byOwner.get(owner) ?? 0) + by;
  if (own > 0) counts.byOwner.set(owner, own);
  else counts.byOwner.delete(owner);
}

export function addCounts(one: OwnerCounts, other: OwnerCounts): OwnerCounts {
  const byOwner = new Map(one.byOwner);
  for (const [owner, count] of other.byOwner) byOwner.set(owner, (byOwner.get(owner) ?? 0) + count);
  return { all: one.all + other.all, byOwner };
}

/** Returns the part of the quota that the owner has reached, or undefined. */
export function exceededQuota(counts: OwnerCounts, quota: Quota, owner: string): 'owner' | 'all' | undefined {
  if ((counts.byOwner.get(owner) ?? 0) >= quota.perUser) return 'owner';
  return counts.all >= quota.all ? 'all' : undefined;
}

/** An error for overload. The response carries `Retry-After` in seconds. */
export const overloaded = (code: ErrorCode, detail: string, seconds: number): AppError =>
  new AppError(code, detail, { headers: { 'Retry-After': String(seconds) } });
