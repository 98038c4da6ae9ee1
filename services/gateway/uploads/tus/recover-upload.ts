import { randomUUID } from 'node:crypto';
import { isTrusted, isWhole, type UploadRecord } from './upload-record.ts';
import { limitsOfUpload, type ResumablePorts, renewedExpiry } from './uploads.ts';

/**
 * Counts the chunks that the last request has stored and whose checkpoint it could not save, because its gateway has died. Whoever
 * calls it has the lock of the upload. Returns the upload as it is stored afterwards.
 */
export async function recoverUpload(record: UploadRecord, ports: ResumablePorts): Promise<UploadRecord> {
  const { records, blobs } = ports;
  const { status, writer, checkpoint, size } = record;
  if (status !== 'open' || writer === null || !isTrusted(record) || isWhole(record)) return record;
  const recovered = await blobs.recover(record.blob, checkpoint, {
    expires: new Date(record.blob_expires_at),
    maxBytes: size ?? limitsOfUpload(record, ports).maxUploadBytes,
  });
  if (recovered.offset === checkpoint.offset) return record;
  // With another writer, a gateway that was only suspended cannot save an earlier checkpoint over this one.
  const next = randomUUID();
  return records.update(record.id, (current) => {
    const isSame = current.writer === writer && current.checkpoint.offset === checkpoint.offset;
    if (current.status !== 'open' || !isSame) return undefined;
    return {
      ...current,
      ...{ checkpoint: recovered, writer: next, trusted_writer: next },
      // No chunk is stored of a file without a checksum before its first bytes are seen to be media.
      ...{ is_media: true, expires_at: renewedExpiry(current.created_at, ports) },
    };
  });
}
