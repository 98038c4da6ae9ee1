import { randomUUID } from 'node:crypto';
import {
  type Appended,
  type BlobStore,
  type Checkpoint,
  EMPTY,
} from '../../services/shared/blobs/blob-store.ts';
import type { Blob } from '../../services/shared/blobs/write-blob.ts';
import { inPieces } from '../support/random.ts';

/** When the blobs of these tests expire. */
export const EXPIRES = new Date(Date.now() + 3600_000);

const NEVER = new AbortController().signal;

/** The holder of the upload has changed. */
export const LOST = new Error('another gateway holds this upload');

/** An upload as a gateway keeps it: the checkpoint, and who may change it. */
export interface ResumableUpload {
  id: string;
  bytes: Buffer;
  /** The checkpoint that was saved last. */
  checkpoint: Checkpoint;
  /** All that were saved. */
  saves: Checkpoint[];
  /** Takes the upload over: saves of former holders fail from now on. */
  takeOver(): Holder;
}

export interface Holder {
  save(checkpoint: Checkpoint): Promise<void>;
  /** Appends the bytes of the upload from the checkpoint up to `end`. */
  append(blobs: BlobStore, end: number, options?: AppendTestOptions): Promise<Appended>;
  /** Counts the chunks behind the checkpoint, and saves the one after them. */
  recover(blobs: BlobStore, maxBytes?: number): Promise<Checkpoint>;
  complete(blobs: BlobStore): Promise<Blob>;
}

interface AppendTestOptions {
  source?: (bytes: Buffer) => AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
  save?: (checkpoint: Checkpoint) => Promise<void>;
}

export function resumableUpload(bytes: Buffer): ResumableUpload {
  let holders = 0;
  const upload: ResumableUpload = {
    id: randomUUID(),
    bytes,
    checkpoint: EMPTY,
    saves: [],
    takeOver() {
      const number = ++holders;
      const from = upload.checkpoint;
      const holder: Holder = {
        async save(checkpoint) {
          if (holders !== number) throw LOST;
          upload.checkpoint = checkpoint;
          upload.saves.push(checkpoint);
        },
        append(blobs, end, { source = inPieces, signal = NEVER, save = holder.save } = {}) {
          const piece = bytes.subarray(from.offset, end);
          return blobs.append(upload.id, from, source(piece), { expires: EXPIRES, signal, save });
        },
        async recover(blobs, maxBytes = bytes.length) {
          const recovered = await blobs.recover(upload.id, from, { expires: EXPIRES, maxBytes });
          if (recovered.offset > from.offset) await holder.save(recovered);
          return recovered;
        },
        complete: (blobs) => blobs.complete(upload.id, upload.checkpoint, { expires: EXPIRES }),
      };
      return holder;
    },
  };
  return upload;
}
