import { AppError, type ErrorCode } from '../../shared/runtime/errors.ts';
import type { AccountGroup } from './group-limits.ts';
import type { Owner } from './owner.ts';

/** A count of all users, of all guests among them, and of each owner whose count is not 0. */
export interface OwnerCounts {
  all: number;
  byOwner: Map<string, number>;
  /** Absent where no guest was counted. */
  guests?: number;
}

/** The highest counts that are allowed: of all users together, and of each user. */
export interface Quota {
  all: number;
  perUser: number;
  /** In place of `perUser`, for each user of a group. */
  perGroup?: Partial<Record<AccountGroup, number>>;
  /** The same of all guests together, and of each guest. Default: see {@link guestsOf}. */
  guests?: { all: number; perUser: number };
}

/**
 * The part of a quota that guests have. Anybody may begin as another guest at any time, so a limit of each guest alone keeps no
 * place for users. All guests together have at most half of the places, but at least one.
 */
const guestsOf = ({ all, perUser, guests }: Quota): { all: number; perUser: number } =>
  guests ?? { all: Math.max(1, Math.floor(all / 2)), perUser };

/** The highest count of one owner of the group. */
export const perOwner = (quota: Quota, group: AccountGroup): number =>
  group === 'guest' ? guestsOf(quota).perUser : (quota.perGroup?.[group] ?? quota.perUser);

export const emptyCounts = (): OwnerCounts => ({ all: 0, byOwner: new Map() });

export function adjustCount(counts: OwnerCounts, { id, group }: Owner, by: 1 | -1): void {
  counts.all += by;
  if (group === 'guest') counts.guests = (counts.guests ?? 0) + by;
  const own = (counts.byOwner.get(id) ?? 0) + by;
  if (own > 0) counts.byOwner.set(id, own);
  else counts.byOwner.delete(id);
}

export function addCounts(one: OwnerCounts, other: OwnerCounts): OwnerCounts {
  const byOwner = new Map(one.byOwner);
  for (const [owner, count] of other.byOwner) byOwner.set(owner, (byOwner.get(owner) ?? 0) + count);
  const guests = (one.guests ?? 0) + (other.guests ?? 0);
  return { all: one.all + other.all, byOwner, ...(guests > 0 && { guests }) };
}

/** Returns the part of the quota that the owner has reached, or undefined. */
export function exceededQuota(
  counts: OwnerCounts,
  quota: Quota,
  { id, group }: Owner,
): 'owner' | 'guests' | 'all' | undefined {
  const guests = group === 'guest' ? guestsOf(quota) : undefined;
  if ((counts.byOwner.get(id) ?? 0) >= perOwner(quota, group)) return 'owner';
  if (guests && (counts.guests ?? 0) >= guests.all) return 'guests';
  return counts.all >= quota.all ? 'all' : undefined;
}

/** An error for overload. The response carries `Retry-After` in seconds. */
export const overloaded = (code: ErrorCode, detail: string, seconds: number): AppError =>
  new AppError(code, detail, { headers: { 'Retry-After': String(seconds) } });
