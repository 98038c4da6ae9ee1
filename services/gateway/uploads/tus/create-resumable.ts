import type { StateStore } from '../../../shared/state/state-store.ts';
import { longestRetention } from '../../limits/group-limits.ts';
import type { Quota } from '../../limits/quota.ts';
import { createStoredQuota } from '../../limits/stored-quota.ts';
import { createIdempotency } from '../idempotency.ts';
import { findLiveUpload } from './find-owned.ts';
import { countOpenUploads, createOpenUploads } from './open-uploads.ts';
import { createUploadRecords } from './upload-record.ts';
import { blobExpiry, type ResumablePorts } from './uploads.ts';

type Made = 'records' | 'openUploads' | 'openQuota' | 'idempotency';

export interface ResumableOptions extends Omit<ResumablePorts, Made> {
  state: StateStore;
  limit: Quota;
}

/** Puts together what resumable uploads need. Both kinds of upload share the `Idempotency-Key`s. */
export function createResumable({ state, limit, ...ports }: ResumableOptions): ResumablePorts {
  const { jobs, groupLimits } = ports;
  const records = createUploadRecords(state);
  const now = new Date().toISOString();
  const lifeSeconds = (Date.parse(blobExpiry(now, ports)) - Date.parse(now)) / 1000;
  const openUploads = createOpenUploads(state, records, lifeSeconds);

  async function exists(id: string): Promise<boolean> {
    const record = await records.find(id);
    return record !== undefined && (await findLiveUpload(record, ports)) !== undefined;
  }

  return {
    ...ports,
    records,
    openUploads,
    openQuota: createStoredQuota(limit, () => countOpenUploads(openUploads)),
    idempotency: createIdempotency(state, jobs, longestRetention(groupLimits), { exists, lifeSeconds }),
  };
}
