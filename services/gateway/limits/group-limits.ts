import type { AccountGroup } from '../../shared/contract/account-group.ts';

export type { AccountGroup };

/** What one account may do. */
export interface AccountLimits {
  /** The most bytes of one upload. */
  maxUploadBytes: number;
  /** How long a job and its MP3 are kept. */
  retentionSeconds: number;
}

/** The limits of an account, by its group. */
export type GroupLimits = Readonly<Record<AccountGroup, AccountLimits>>;

const ofAll = (limits: GroupLimits, name: keyof AccountLimits): number[] =>
  Object.values(limits).map((group) => group[name]);

/** The most bytes of one upload of anybody. */
export const largestUpload = (limits: GroupLimits): number => Math.max(...ofAll(limits, 'maxUploadBytes'));

/** Seconds for which the jobs of no group are kept longer. */
export const longestRetention = (limits: GroupLimits): number =>
  Math.max(...ofAll(limits, 'retentionSeconds'));
