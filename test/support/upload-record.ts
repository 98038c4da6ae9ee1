import { randomUUID } from 'node:crypto';
import type { UploadRecord } from '../../services/gateway/uploads/tus/upload-record.ts';

/** An upload of 50 MiB that has just been created. */
export function newUpload(fields: Partial<UploadRecord> = {}): UploadRecord {
  const now = new Date().toISOString();
  return {
    ...{ id: randomUUID(), status: 'open', owner: 'ann', email: '', trace_id: 'ab'.repeat(16) },
    ...{ size: 50 * 1024 ** 2, metadata: '', filename: 'a.mkv', options: { quality: 2 } },
    ...{ original: null, key: null, is_media: true, writer: null, trusted_writer: null },
    ...{ blob: randomUUID(), job: randomUUID(), accepted: null },
    ...{ created_at: now, expires_at: now, blob_expires_at: now },
    checkpoint: { offset: 0, hash: '', tail: null },
    ...fields,
  };
}
