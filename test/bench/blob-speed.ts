import { randomBytes, randomUUID } from 'node:crypto';
import { createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import type { StateStore } from '../../services/shared/state/state-store.ts';
import { median, timed } from './statistics.ts';

const MIB = 1024 ** 2;
const PIECE_MIB = 16;

/** Writes and reads blobs of `mib` MiB through a sidecar. Returns the medians in MiB/s. */
export async function blobSpeed(
  state: StateStore,
  { mib, runs }: { mib: number; runs: number },
): Promise<{ put: number; get: number }> {
  const store = createBlobStore(state);
  const bytes = randomBytes(PIECE_MIB * MIB);
  const expires = new Date(Date.now() + 3600_000);
  async function* source() {
    for (let sent = 0; sent < mib; sent += PIECE_MIB) yield bytes;
  }
  const put: number[] = [];
  const get: number[] = [];
  for (let run = 0; run < runs; run++) {
    const [putting, blob] = await timed(() => store.write(randomUUID(), source(), { expires }));
    const [getting] = await timed(async () => {
      for await (const _ of store.read(blob.id));
    });
    await store.delete(blob.id);
    put.push(mib / putting);
    get.push(mib / getting);
  }
  return { put: median(put), get: median(get) };
}
