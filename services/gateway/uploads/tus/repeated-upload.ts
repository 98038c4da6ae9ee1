import { type KeyedUpload, keyReused } from '../idempotency.ts';
import { findLiveUpload } from './find-owned.ts';
import type { UploadRecord } from './upload-record.ts';
import type { ResumablePorts } from './uploads.ts';

/**
 * Returns the upload that an earlier request with the same key has created, finished or not.
 * Throws `idempotency_key_reused` where its options or its size differ.
 */
export async function findRepeatedUpload(
  upload: KeyedUpload,
  size: number | null,
  { idempotency, records, jobs }: Pick<ResumablePorts, 'idempotency' | 'records' | 'jobs'>,
): Promise<UploadRecord | undefined> {
  const id = await idempotency.findUpload(upload);
  const record = id === undefined ? undefined : await records.find(id);
  const found = record && (await findLiveUpload(record, { jobs }));
  if (found && size !== null && found.record.size !== null && found.record.size !== size) throw keyReused();
  return found?.record;
}
