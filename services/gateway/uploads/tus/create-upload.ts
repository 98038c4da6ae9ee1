import { randomUUID } from 'node:crypto';
import { EMPTY } from '../../../shared/blobs/append.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import type { User } from '../../accounts/user.ts';
import { keyReused } from '../idempotency.ts';
import type { Creation } from './creation.ts';
import type { UploadRecord } from './upload-record.ts';
import { blobExpiry, type ResumablePorts, renewedExpiry } from './uploads.ts';

export interface NewUpload {
  id: string;
  user: User;
  traceId: string;
  /** The client's `Idempotency-Key`. */
  key: string | undefined;
  creation: Creation;
  /** Id for the job of the upload. */
  job: string;
}

type Ports = Pick<
  ResumablePorts,
  'records' | 'openUploads' | 'uploadExpirySeconds' | 'groupLimits' | 'heartbeatMs'
>;

/** Saves a new upload, first in the index, so that the sweep finds all that is ever stored of it. */
export async function createUpload(upload: NewUpload, ports: Ports): Promise<UploadRecord> {
  const { records, openUploads, heartbeatMs } = ports;
  const record = newRecord(upload, ports);
  const startedAt = performance.now();
  await openUploads.add(record.owner, record.id);
  await records.create(record);
  // If this process was suspended meanwhile, the sweep may have removed the entry, because there was no upload for it.
  if (performance.now() - startedAt > heartbeatMs) await openUploads.add(record.owner, record.id);
  return record;
}

/**
 * Saves an upload that is finished from the start, because an earlier request with its key has made the job. It has the id of its
 * job, so that repeated requests do not fill the store. Throws `idempotency_key_reused` where its size differs.
 */
export async function createFinishedUpload(
  upload: NewUpload,
  { id, source }: Job,
  ports: Ports,
): Promise<UploadRecord> {
  const { size } = source;
  const open = newRecord({ ...upload, id }, ports);
  if (open.size !== null && open.size !== size) throw keyReused();
  const record: UploadRecord = {
    ...open,
    status: 'finished',
    size,
    checkpoint: { ...EMPTY, offset: size },
    accepted: { job: id, sha256: source.sha256 },
  };
  await ports.records.create(record);
  return record;
}

function newRecord({ id, user, traceId, key, creation, job }: NewUpload, ports: Ports): UploadRecord {
  const created = new Date().toISOString();
  return {
    id,
    status: 'open',
    owner: user.id,
    email: user.email ?? '',
    group: user.group,
    trace_id: traceId,
    ...creation,
    key: key ?? null,
    checkpoint: EMPTY,
    is_media: false,
    writer: null,
    trusted_writer: null,
    blob: randomUUID(),
    job,
    accepted: null,
    created_at: created,
    expires_at: renewedExpiry(created, ports),
    blob_expires_at: blobExpiry(created, ports),
  };
}
