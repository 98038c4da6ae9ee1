import { anySignal } from '../runtime/abort-signals.ts';
import { lend } from '../runtime/buffer-pool.ts';
import { AppError } from '../runtime/errors.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Appended, AppendOptions, Checkpoint } from './append.ts';
import { CHUNK_BYTES, deleteChunks, IN_FLIGHT, rechunk, untilAborted } from './chunks.ts';
import { deleteTails, readManifest, tailKey, tailsOf } from './manifest.ts';
import { createPutsInFlight, type PutsInFlight } from './puts-in-flight.ts';
import { createReservation, requireUnfinished } from './reservation.ts';
import { openHash } from './running-hash.ts';
import { savesOf } from './saves.ts';
import { createTrail, type Trail } from './trail.ts';
import { CLEANUP_MS, type WritePorts } from './write-blob.ts';

/**
 * See `BlobStore.append`.
 *
 * A full chunk has one key, and only the same bytes are ever put there: a process that was stopped and wakes up late puts what
 * the client has sent for this place of the file, as its successor does. Where a client sends other bytes the second time, it
 * damages its own upload alone, and every full read finds that by the SHA-256. The last bytes, which do not fill a chunk, are
 * different: a late put of them would replace a full chunk by a shorter one. So they are kept as a tail, whose id is new in
 * each append.
 */
export async function appendBlob(
  { state, pool, permits }: WritePorts,
  id: string,
  from: Checkpoint,
  source: AsyncIterable<Uint8Array>,
  { expires, signal, save }: AppendOptions,
): Promise<Appended> {
  const before = await readManifest(state, id);
  requireUnfinished(before, id, from);
  const head = await readTail(state, id, from);
  const hash = await openHash(from.hash);
  const saves = savesOf(state, id, expires);
  const puts = createPutsInFlight(permits, IN_FLIGHT);
  const watchedSave = (checkpoint: Checkpoint) => puts.watch(save(checkpoint));
  const confirm = () => watchedSave(from);
  const reservation = createReservation({ state, id, saves, before, from, expires, confirm });
  const trail = createTrail(from, watchedSave);
  const ending = endingEarly(untilAborted(source, anySignal(signal, puts.failedSignal)));
  let offset = from.offset;
  try {
    for await (const chunk of rechunk(ending.pieces, pool, head)) {
      const index = Math.floor(offset / CHUNK_BYTES);
      const arrived = chunk.subarray(offset % CHUNK_BYTES);
      if (arrived.length === 0) break;
      await puts.watch(reservation.require(index + 1));
      hash.update(arrived);
      offset += arrived.length;
      const tail = chunk.length < CHUNK_BYTES ? reservation.tail : null;
      const onStored = trail.add({ offset, hash: hash.save(), tail });
      const put = async (giveBack: () => void) => {
        await (tail === null ? saves.putChunk(index, chunk, giveBack) : saves.putTail(tail, chunk, giveBack));
        onStored();
      };
      // The caller's signal does not end this wait, because the chunk has arrived.
      await puts.add(() => lend(pool, chunk, put), puts.failedSignal);
    }
    await settle(puts, trail);
    puts.failedSignal.throwIfAborted();
  } catch (thrown) {
    await settle(puts, trail);
    const error: unknown = puts.failedSignal.aborted ? puts.failedSignal.reason : thrown;
    if (offset > from.offset)
      await deleteUnlisted(state, id, { from: from.offset, to: offset, tail: reservation.tail }, error);
    throw error;
  }
  return { checkpoint: trail.saved, error: ending.error };
}

async function settle(puts: PutsInFlight, trail: Trail): Promise<void> {
  await puts.settled();
  await trail.settled();
}

/** Yields the same pieces, and ends where their source fails. Its error is then in `error`. */
function endingEarly(source: AsyncIterable<Uint8Array>) {
  async function* generate() {
    try {
      yield* source;
    } catch (error) {
      ending.error = error;
    }
  }
  const ending: { pieces: AsyncIterable<Uint8Array>; error: unknown } = {
    pieces: generate(),
    error: undefined,
  };
  return ending;
}

/** Reads the bytes of the checkpoint that do not fill a chunk. Throws `internal` where they are not there. */
export async function readTail(state: StateStore, id: string, { offset, tail }: Checkpoint): Promise<Buffer> {
  const length = offset % CHUNK_BYTES;
  if (length === 0) return Buffer.alloc(0);
  const bytes = tail === null ? undefined : await state.getBytes(tailKey(id, tail));
  if (bytes?.length !== length) throw new AppError('internal', `blob ${id} lacks its last bytes`);
  return bytes;
}

interface Put {
  /** Bytes of the blob. */
  from: number;
  to: number;
  tail: string;
}

/**
 * Deletes what a failed append has put and nobody else would find: its tail, if a later append has taken it off the manifest,
 * and its chunks, if the blob was deleted. All else is kept, because another append may have gone on.
 */
async function deleteUnlisted(state: StateStore, id: string, put: Put, error: unknown): Promise<void> {
  const deadlineSignal = AbortSignal.timeout(CLEANUP_MS);
  try {
    const manifest = await readManifest(state, id, deadlineSignal);
    if (!tailsOf(manifest).includes(put.tail)) await deleteTails(state, id, [put.tail], deadlineSignal);
    if (manifest) return;
    const [first, end] = [Math.floor(put.from / CHUNK_BYTES), Math.ceil(put.to / CHUNK_BYTES)];
    await deleteChunks(state, id, { first, end }, deadlineSignal);
  } catch (cause) {
    throw new AggregateError([error, cause], 'the append failed, and so did the deletion of its chunks');
  }
}
