import { randomBytes, randomUUID } from 'node:crypto';
import { type Checkpoint, createBlobStore, EMPTY } from '../../services/shared/blobs/blob-store.ts';
import { updateDocument } from '../../services/shared/state/documents.ts';
import type { StateStore } from '../../services/shared/state/state-store.ts';
import { median, timed } from './statistics.ts';

const MIB = 1024 ** 2;
const PIECE_MIB = 16;

/** Medians in MiB/s. */
export interface BlobSpeed {
  put: number;
  /** Appended in one request, with its checkpoints in the same store. */
  append: number;
  get: number;
}

/** Writes, appends and reads blobs of `mib` MiB through a sidecar. */
export async function blobSpeed(
  state: StateStore,
  { mib, runs }: { mib: number; runs: number },
): Promise<BlobSpeed> {
  const store = createBlobStore(state);
  const bytes = randomBytes(PIECE_MIB * MIB);
  const expires = new Date(Date.now() + 3600_000);
  async function* source() {
    for (let sent = 0; sent < mib; sent += PIECE_MIB) yield bytes;
  }
  async function append() {
    const id = randomUUID();
    const key = `scratch:${id}`;
    const save = async (checkpoint: Checkpoint) => {
      await updateDocument(state, key, () => checkpoint, { ttlSeconds: 120 });
    };
    const options = { expires, signal: new AbortController().signal, save };
    const { checkpoint } = await store.append(id, EMPTY, source(), options);
    await state.delete(key);
    return store.complete(id, checkpoint, { expires });
  }

  const speeds = { put: [] as number[], append: [] as number[], get: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const [putting, blob] = await timed(() => store.write(randomUUID(), source(), { expires }));
    const [getting] = await timed(async () => {
      for await (const _ of store.read(blob.id));
    });
    await store.delete(blob.id);
    const [appending, appended] = await timed(append);
    await store.delete(appended.id);
    speeds.put.push(mib / putting);
    speeds.append.push(mib / appending);
    speeds.get.push(mib / getting);
  }
  return { put: median(speeds.put), append: median(speeds.append), get: median(speeds.get) };
}
