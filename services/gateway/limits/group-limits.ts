import type { AccountGroup } from '../../shared/contract/account-group.ts';

export type { AccountGroup };

/** What one account may do. Without a number there is no limit. */
export interface AccountLimits {
  /** The most bytes of one upload. */
  maxUploadBytes: number;
  /** How long a job and its MP3 are kept. */
  retentionSeconds: number;
  /** Uploads that become jobs, from midnight to midnight UTC. */
  uploadsPerDay?: number | undefined;
  /** Bytes of these uploads. */
  bytesPerDay?: number | undefined;
  /** Minutes of sound that are made of these uploads. */
  minutesPerDay?: number | undefined;
  /** Bytes of videos and MP3s that are kept at a time. */
  storedBytes?: number | undefined;
}

/** The limits of an account, by its group. */
export type GroupLimits = Readonly<Record<AccountGroup, AccountLimits>>;

const ofAll = (limits: GroupLimits, name: 'maxUploadBytes' | 'retentionSeconds'): number[] =>
  Object.values(limits).map((group) => group[name]);

/** The most bytes of one upload of anybody. */
export const largestUpload = (limits: GroupLimits): number => Math.max(...ofAll(limits, 'maxUploadBytes'));

/** Seconds for which the jobs of no group are kept longer. */
export const longestRetention = (limits: GroupLimits): number =>
  Math.max(...ofAll(limits, 'retentionSeconds'));
