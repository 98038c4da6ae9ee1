import { AppError } from '../runtime/errors.ts';
import type { Checkpoint } from './append.ts';
import { CHUNK_BYTES } from './chunks.ts';
import { deleteTails, isComplete, type Manifest, readManifest, tailKey, tailsOf } from './manifest.ts';
import { openHash } from './running-hash.ts';
import { savesOf } from './saves.ts';
import type { Blob, WritePorts } from './write-blob.ts';

/** See `BlobStore.complete`. */
export async function completeBlob(
  { state, permits }: WritePorts,
  id: string,
  checkpoint: Checkpoint,
  { expires }: { expires: Date },
): Promise<Blob> {
  const { offset: size, tail } = checkpoint;
  const sha256 = (await openHash(checkpoint.hash)).digest();
  const blob = { id, size, sha256 };
  const saves = savesOf(state, id, expires);
  if (needsChunks(await readManifest(state, id), blob, expires) && tail !== null) {
    await permits.run(async () => {
      const bytes = await state.getBytes(tailKey(id, tail));
      if (bytes) await saves.putChunk(Math.floor(size / CHUNK_BYTES), bytes);
      // Another call may have completed the blob meanwhile, and deleted the tail.
      else if (needsChunks(await readManifest(state, id), blob, expires))
        throw new AppError('internal', `blob ${id} lacks its last bytes`);
    });
  }
  let tails: readonly string[] = [];
  await saves.updateManifest((current) => {
    tails = tailsOf(current);
    if (!needsChunks(current, blob, expires)) return undefined;
    return { size, sha256, chunk_size: CHUNK_BYTES, tails: [...tails] };
  });
  // The manifest still names them. So a later `delete` finds what remains of them after a crash here.
  await deleteTails(state, id, tails);
  return blob;
}

/**
 * Whether the blob is not complete yet. Throws `internal` where it is complete with other bytes, or where its chunks may expire too
 * early, and `not_found` where it was deleted.
 */
function needsChunks(manifest: Manifest | undefined, { id, size, sha256 }: Blob, expires: Date): boolean {
  if (!manifest) {
    if (size > 0) throw new AppError('not_found', 'this upload does not exist any more');
    return true;
  }
  if (!isComplete(manifest)) {
    if (manifest.expires && expires.getTime() > Date.parse(manifest.expires))
      throw new AppError('internal', `the chunks of blob ${id} expire before ${expires.toISOString()}`);
    return true;
  }
  if (manifest.size === size && manifest.sha256 === sha256) return false;
  throw new AppError('internal', `blob ${id} is complete already, with other bytes`);
}
