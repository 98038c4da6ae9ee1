import { randomUUID } from 'node:crypto';
import type { Checkpoint } from '../../../shared/blobs/append.ts';
import { AppError, isAppError } from '../../../shared/runtime/errors.ts';
import { looksLikeMedia } from '../../signatures/media-signature.ts';
import { notMedia, openHead } from '../open-media.ts';
import { type Checksum, throughHash } from './checksum.ts';
import { removeUpload } from './remove-upload.ts';
import { isTrusted, type UploadRecord } from './upload-record.ts';
import { limitsOfUpload, type ResumablePorts, renewedExpiry } from './uploads.ts';

/** The bytes of one request. */
export interface WriteRequest {
  bytes: AsyncIterable<Uint8Array>;
  /** Where there is one, all of the bytes are stored or none. */
  checksum: Checksum | undefined;
  /** Whether the request has bytes beyond so many. Call it at the end of `bytes`. */
  wasCut(received: number): boolean;
}

/** A request that nobody ends: its bytes end themselves. */
const neverAborted = new AbortController().signal;

/**
 * Stores more bytes of an upload, after those of its checkpoint. Whoever calls it has the lock of the upload.
 * Returns the upload with all that is stored, which is less than was sent where the client has gone away.
 * Throws `checksum_mismatch`, `offset_conflict`, `too_large`, and `not_media`, after which the upload is gone.
 */
export async function writeUpload(
  record: UploadRecord,
  request: WriteRequest,
  ports: ResumablePorts,
): Promise<UploadRecord> {
  const writer = randomUUID();
  const { begun, wasTrusted } = await beginWrite(
    record,
    { writer, isChecked: request.checksum !== undefined },
    ports,
  );
  try {
    using opened = await openMore(begun, request.bytes, ports);
    return await appendMore(begun, { ...request, ...opened, writer, wasTrusted }, ports);
  } catch (error) {
    if (isAppError(error, 'not_media')) await removeUpload(begun, ports);
    throw error;
  }
}

/** Makes this request the only one whose saves are accepted. */
async function beginWrite(
  { id, checkpoint }: UploadRecord,
  { writer, isChecked }: { writer: string; isChecked: boolean },
  { records, ...times }: ResumablePorts,
): Promise<{ begun: UploadRecord; wasTrusted: boolean }> {
  let wasTrusted = false;
  const begun = await records.update(id, (current) => {
    if (current.status !== 'open' || current.checkpoint.offset !== checkpoint.offset) throw lostLock();
    wasTrusted = isTrusted(current);
    const trusted_writer = wasTrusted && !isChecked ? writer : null;
    return { ...current, writer, trusted_writer, expires_at: renewedExpiry(current.created_at, times) };
  });
  return { begun, wasTrusted };
}

interface OpenMore extends Disposable {
  /** The bytes that are not stored yet. */
  bytes: AsyncIterable<Uint8Array>;
  /** Whether the file is a media file. Undefined while that is not certain. */
  isMedia: boolean | undefined;
}

/**
 * Looks at the first bytes of the file, for as long as it is not certain what it is. Those that earlier requests have sent are
 * read again: there are less than a MiB of them.
 */
async function openMore(
  record: UploadRecord,
  bytes: AsyncIterable<Uint8Array>,
  ports: ResumablePorts,
): Promise<OpenMore> {
  const { blob, checkpoint, is_media } = record;
  if (is_media) return { bytes, isMedia: true, [Symbol.dispose]: () => undefined };
  const stored = await ports.blobs.readTail(blob, checkpoint);
  const { maxUploadBytes: maxBytes } = limitsOfUpload(record, ports);
  const opened = await openHead(startingWith(stored, bytes), { maxBytes, signal: neverAborted });
  return {
    bytes: withoutFirst(stored.length, opened.bytes),
    // A head that has ended may still grow by the next request.
    isMedia: opened.hasEnded ? undefined : looksLikeMedia(opened.head),
    [Symbol.dispose]: opened[Symbol.dispose],
  };
}

interface Write extends WriteRequest, Omit<OpenMore, keyof Disposable> {
  writer: string;
  /** Whether what was stored before is that of the client. */
  wasTrusted: boolean;
}

async function appendMore(
  begun: UploadRecord,
  { bytes, isMedia, writer, wasTrusted, checksum, wasCut }: Write,
  { records, blobs, askEarly, ...times }: ResumablePorts,
): Promise<UploadRecord> {
  // A body that was damaged on its way is told by its checksum first.
  if (isMedia === false && !checksum) throw notMedia();
  let saved = begun;
  let last = begun.checkpoint;
  const requireWriter = (current: UploadRecord): void => {
    if (current.status !== 'open' || current.writer !== writer) throw lostLock();
  };

  async function save(checkpoint: Checkpoint): Promise<void> {
    const storedBefore = saved.checkpoint.offset;
    saved = await records.update(begun.id, (current) => {
      requireWriter(current);
      const expires_at = renewedExpiry(current.created_at, times);
      // With a checksum, this is the save after it was seen to be right. No other chunk of the request is on its way then.
      const trusted_writer = wasTrusted ? writer : null;
      return { ...current, checkpoint, is_media: isMedia ?? false, trusted_writer, expires_at };
    });
    askEarly?.(saved, storedBefore);
  }
  /** Nothing of a request with a checksum counts before all of it has arrived. */
  async function holdBack(checkpoint: Checkpoint): Promise<void> {
    last = checkpoint;
    await records.update(begun.id, (current) => {
      requireWriter(current);
      return undefined;
    });
  }

  const { error } = await blobs.append(
    begun.blob,
    begun.checkpoint,
    checksum ? throughHash(bytes, checksum.hash) : bytes,
    {
      expires: new Date(begun.blob_expires_at),
      signal: neverAborted,
      save: checksum ? holdBack : save,
    },
  );
  if (error !== undefined) throw error;
  if (checksum && !wasCut(last.offset - begun.checkpoint.offset)) {
    checksum.verify();
    if (isMedia === false) throw notMedia();
    await save(last);
  }
  return saved;
}

/** Another request holds the upload now. */
const lostLock = (): AppError =>
  new AppError('upload_locked', 'another request has taken this upload over; ask for its offset and go on', {
    headers: { 'Retry-After': '1' },
  });

async function* startingWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* rest;
}

async function* withoutFirst(count: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const piece of source) {
    const skipped = Math.min(left, piece.length);
    left -= skipped;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}
