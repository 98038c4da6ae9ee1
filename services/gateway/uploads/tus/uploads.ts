import type { Locker } from '@tus/server';
import type { BlobStore } from '../../../shared/blobs/blob-store.ts';
import type { JobStore } from '../../../shared/jobs/job-store.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { SignedLinks } from '../../downloads/signed-link.ts';
import type { JobIndex } from '../../job-index/job-index.ts';
import { type AccountLimits, type GroupLimits, longestRetention } from '../../limits/group-limits.ts';
import type { StoredQuota } from '../../limits/stored-quota.ts';
import type { DayUsage } from '../../usage/day-usage.ts';
import type { AcceptPorts } from '../accept-stored.ts';
import type { Idempotency } from '../idempotency.ts';
import type { AskEarly } from './ask-early.ts';
import type { OpenUploads } from './open-uploads.ts';
import type { UploadRecord, UploadRecords } from './upload-record.ts';

/** An unfinished upload may be renewed until it has lived this many times its expiry. */
const MAX_LIVES = 7;

/** What the resumable uploads of all users need. */
export interface ResumablePorts extends AcceptPorts {
  usage: DayUsage;
  records: UploadRecords;
  openUploads: OpenUploads;
  blobs: BlobStore;
  jobs: JobStore;
  index: JobIndex;
  idempotency: Idempotency;
  links: SignedLinks;
  /** Excludes two requests for one upload from each other, on all gateways. */
  locker: Locker;
  /** Bounds the uploads that are not finished. */
  openQuota: StoredQuota;
  groupLimits: GroupLimits;
  /** Tells a converter of uploads that are under way. */
  askEarly?: AskEarly | undefined;
  /** How long an unfinished upload is kept after the last of its bytes. */
  uploadExpirySeconds: number;
  /** Milliseconds after which the sweep may consider a job without a sign of life as stalled. */
  heartbeatMs: number;
  log: Log;
}

type Times = Pick<ResumablePorts, 'uploadExpirySeconds' | 'groupLimits'>;

/** The limits of whoever began the upload. They stay the same where a guest registers meanwhile. */
export const limitsOfUpload = (
  { group = 'user' }: Pick<UploadRecord, 'group'>,
  { groupLimits }: Pick<ResumablePorts, 'groupLimits'>,
): AccountLimits => groupLimits[group];

/** When an upload expires that was created at `created` and is renewed now, ISO 8601. */
export function renewedExpiry(created: string, { uploadExpirySeconds }: Times): string {
  const expiryMs = uploadExpirySeconds * 1000;
  return new Date(Math.min(Date.now() + expiryMs, Date.parse(created) + MAX_LIVES * expiryMs)).toISOString();
}

/** When the bytes expire, ISO 8601: after every job that may be made of them. */
export function blobExpiry(created: string, { uploadExpirySeconds, groupLimits }: Times): string {
  const lifeSeconds = MAX_LIVES * uploadExpirySeconds + longestRetention(groupLimits);
  return new Date(Date.parse(created) + lifeSeconds * 1000).toISOString();
}
