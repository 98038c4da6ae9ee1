import { addAbortSignal, Readable } from 'node:stream';
import { makeZip, predictLength } from 'client-zip';
import type { BlobStore } from '../../../shared/blobs/blob-store.ts';
import { AppError } from '../../../shared/runtime/errors.ts';

/** A file of an archive. */
export interface ArchiveFile {
  /** A file name that no other file of the archive has. */
  name: string;
  /** Bytes. */
  size: number;
  date: Date;
  blobId: string;
}

/** The bytes of the archive of these files. */
export const zipLength = (files: readonly Pick<ArchiveFile, 'name' | 'size'>[]): number =>
  Number(predictLength(files.map(({ name, size }) => ({ name, size }))));

/**
 * The files as a ZIP archive, without compression: an MP3 gets no smaller. They are read one after the other, as fast as the archive
 * is taken, and each is checked at its end. The stream fails where a file is missing, damaged, or not as long as was said.
 */
export function zipStream(
  blobs: Pick<BlobStore, 'read'>,
  files: readonly ArchiveFile[],
  signal: AbortSignal,
): Readable {
  const entries = files.map((file) => ({
    name: file.name,
    lastModified: file.date,
    size: file.size,
    // A generator reads nothing before its file's turn has come.
    input: readFile(blobs, file, signal),
  }));
  return Readable.fromWeb(
    makeZip(entries, { buffersAreUTF8: true }) as Parameters<typeof Readable.fromWeb>[0],
  );
}

async function* readFile(
  blobs: Pick<BlobStore, 'read'>,
  { blobId, size }: ArchiveFile,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let sent = 0;
  // client-zip does not end its inputs when it is cancelled, so the signal has to.
  for await (const part of addAbortSignal(signal, blobs.read(blobId, { signal }))) {
    sent += part.length;
    yield part;
  }
  if (sent !== size)
    throw new AppError('internal', `blob ${blobId} has ${sent} bytes and should have ${size}`);
}
