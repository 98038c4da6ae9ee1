import { AppError } from '../../../shared/runtime/errors.ts';
import { openClaim } from '../key-claim.ts';
import { isUploadExpired, isWhole, type UploadRecord } from './upload-record.ts';
import type { ResumablePorts } from './uploads.ts';
import { withLock } from './with-lock.ts';

/** Longer than any save of the upload can be under way. */
const TOMBSTONE_MS = 24 * 3600_000;

type Ports = Pick<ResumablePorts, 'records' | 'blobs' | 'idempotency' | 'log'>;

/**
 * Replaces an upload by a tombstone, and deletes its bytes. The sweep deletes again later, when every late save has arrived.
 * Throws `state_conflict` for an upload that has become a job.
 */
export async function removeUpload(record: UploadRecord, ports: Ports): Promise<void> {
  const { records, blobs, idempotency, log } = ports;
  const { status } = await records.update(record.id, (current) =>
    current.status === 'open' ? tombstoneOf(current) : undefined,
  );
  if (status !== 'removed') throw becameJob();
  try {
    await blobs.delete(record.blob);
  } catch (error) {
    log.warn({ err: error, upload_id: record.id }, 'an upload could not be deleted; the sweep deletes it');
  }
  const { owner, key, options, job } = record;
  await openClaim(idempotency, { owner, key: key ?? undefined, options }, job, log).release(undefined);
}

/** Removes an upload unless it goes on after all. Waits for its lock. */
export async function removeExpired(
  id: string,
  ports: Ports & Pick<ResumablePorts, 'locker'>,
): Promise<void> {
  await withLock(id, ports, async () => {
    const record = await ports.records.find(id);
    if (record?.status !== 'open' || !isUploadExpired(record) || isWhole(record)) return;
    await removeUpload(record, ports);
    ports.log.info({ upload_id: id }, 'an upload that was not finished in time was removed');
  });
}

/** It holds no user data, a late save cannot undo it, and the sweep finds the bytes by it. */
const tombstoneOf = (record: UploadRecord): UploadRecord => ({
  ...record,
  status: 'removed',
  email: '',
  metadata: '',
  filename: '',
  options: {},
  key: null,
  writer: null,
  expires_at: new Date(Date.now() + TOMBSTONE_MS).toISOString(),
});

const becameJob = (): AppError =>
  new AppError('state_conflict', 'this upload has become a job, which DELETE /jobs/:id deletes');
