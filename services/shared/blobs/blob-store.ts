import { Readable } from 'node:stream';
import { createBufferPool } from '../runtime/buffer-pool.ts';
import { createSemaphore } from '../runtime/semaphore.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Appended, AppendOptions, Checkpoint } from './append.ts';
import { appendBlob, readTail } from './append-blob.ts';
import { CHUNK_BYTES, deleteChunks } from './chunks.ts';
import { completeBlob } from './complete-blob.ts';
import {
  type Attachment,
  chunksOf,
  deleteManifest,
  deleteTails,
  isComplete,
  readCompleteManifest,
  readManifest,
  tailsOf,
} from './manifest.ts';
import { type ReadOptions, readBlob } from './read-blob.ts';
import { type RecoverOptions, recoverChunks } from './recover-chunks.ts';
import { type Blob, type WriteOptions, writeBlob } from './write-blob.ts';

export * from './append.ts';
export type { ReadOptions } from './read-blob.ts';

/**
 * The most chunks that are saved at a time, by all writes together. Beside these, which are encoded, each write holds the chunk that
 * it fills. More saves at a time were no faster: two uploads have as many as this, and the processor is busy then.
 */
const MAX_SAVES = 8;

export interface StoredBlob extends Blob {
  /** What the writer has attached. Absent where it has attached nothing. */
  attachment?: Attachment;
}

export interface BlobStore {
  /**
   * Stores all of `source` or nothing. The id must not have been used before. When the write fails, also because of
   * `source`, everything that was written is deleted. Where the store itself fails, a later `delete` finds what is left.
   */
  write(id: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Blob>;
  /**
   * Stores what arrives, chunk by chunk, after the bytes of a checkpoint: `EMPTY` at the start, and then the last one that was
   * saved. Resolves also when the source fails or the signal is aborted, and then everything that had arrived is stored.
   * Rejects when the store fails or `save` does, and then the last checkpoint that was saved is still good. Throws
   * `state_conflict` when the blob is complete, and `not_found` when it was deleted. Only one append at a time may be made to a
   * blob, by the one caller whose `save` succeeds.
   */
  append(
    id: string,
    from: Checkpoint,
    source: AsyncIterable<Uint8Array>,
    options: AppendOptions,
  ): Promise<Appended>;
  /**
   * Returns the checkpoint after the full chunks that an append has stored behind `from` and whose checkpoint it could not save,
   * because its process has died. They are stored once more, so that they certainly stay. Returns `from` where there are none. An
   * append that gets less than a chunk leaves nothing to recover. Call it only where every chunk behind `from` has the bytes that
   * belong there, then save the result, and make sure that no save of that append succeeds any more.
   */
  recover(id: string, from: Checkpoint, options: RecoverOptions): Promise<Checkpoint>;
  /**
   * Makes a blob of the bytes of a checkpoint. It is idempotent, also after a crash in its middle. `expires` must not be later
   * than what was given to `append`, because the chunks keep their TTL: that throws `internal`, as does a blob that is
   * complete already with other bytes. Throws `not_found` when the blob was deleted.
   */
  complete(id: string, checkpoint: Checkpoint, options: { expires: Date }): Promise<Blob>;
  /** Returns the last bytes of a checkpoint, those that do not fill a chunk. Throws `internal` where they are not there. */
  readTail(id: string, checkpoint: Checkpoint): Promise<Buffer>;
  /** Returns undefined when the blob does not exist, or not all of it. */
  stat(id: string, signal?: AbortSignal): Promise<StoredBlob | undefined>;
  /**
   * Fails with `not_found` when there is no complete blob. A full read fails at its end unless size and sha256 are those
   * that were written.
   */
  read(id: string, options?: ReadOptions): Readable;
  /**
   * Passes the whole blob to `write` part by part, in order, with the same checks as `read`. The memory of a part is used
   * again once `write` has resolved.
   */
  copy(id: string, write: (part: Buffer) => Promise<void>, signal?: AbortSignal): Promise<void>;
  /**
   * Deletes the chunks of an unfinished blob that lie behind its first `size` bytes. An append stores chunks before their
   * checkpoint is saved, and the later bytes may be fewer. Call it once it is certain that the blob has this size in the end.
   */
  deleteBehind(id: string, size: number): Promise<void>;
  /**
   * Also deletes what a write has left that did not end, and all that was appended. Returns false when there was nothing.
   */
  delete(id: string, signal?: AbortSignal): Promise<boolean>;
}

/** Stores blobs as GridFS does, but in any state store: a manifest and numbered chunks. */
export function createBlobStore(state: StateStore): BlobStore {
  const pool = createBufferPool(CHUNK_BYTES, MAX_SAVES);
  const writePorts = { state, pool, permits: createSemaphore(MAX_SAVES) };

  return {
    write: (id, source, options) => writeBlob(writePorts, id, source, options),

    append: (id, from, source, options) => appendBlob(writePorts, id, from, source, options),
    readTail: (id, checkpoint) => readTail(state, id, checkpoint),
    recover: (id, from, options) => recoverChunks(writePorts, id, from, options),
    complete: (id, checkpoint, options) => completeBlob(writePorts, id, checkpoint, options),

    async stat(id, signal) {
      const manifest = await readCompleteManifest(state, id, signal);
      if (!manifest) return undefined;
      const { size, sha256, attachment } = manifest;
      return { id, size, sha256, ...(attachment && { attachment }) };
    },

    read(id, options = {}) {
      const isAbandoned = () => stream.destroyed;
      const stream = Readable.from(readBlob({ state, isAbandoned }, id, options), {
        objectMode: false,
        highWaterMark: CHUNK_BYTES,
      });
      return stream;
    },

    async copy(id, write, signal) {
      for await (const part of readBlob({ state, pool }, id, { signal })) await write(part);
    },

    async deleteBehind(id, size) {
      const manifest = await readManifest(state, id);
      if (!manifest || isComplete(manifest)) return;
      await deleteChunks(state, id, { first: Math.ceil(size / CHUNK_BYTES), end: manifest.reserved });
    },

    async delete(id, signal) {
      const manifest = await readManifest(state, id, signal);
      if (!manifest) return false;
      // Chunks first: after a crash between the two, the manifest is still there and names the rest.
      await deleteChunks(state, id, { end: chunksOf(manifest) }, signal);
      await deleteTails(state, id, tailsOf(manifest), signal);
      await deleteManifest(state, id, signal);
      return true;
    },
  };
}
