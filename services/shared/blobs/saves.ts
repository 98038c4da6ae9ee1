import type { StateStore } from '../state/state-store.ts';
import { chunkKey } from './chunks.ts';
import { type Manifest, type ManifestChange, putManifest, tailKey, updateManifest } from './manifest.ts';

/**
 * A manifest lives this much longer than its job, and the chunks as much longer than their manifest, so that a reader who
 * began in time can finish.
 */
const GRACE_SECONDS = 600;

/** The saves of one blob, each with its TTL. */
export type Saves = ReturnType<typeof savesOf>;

/**
 * `expires` is when the job of the blob expires. The saves take no signal, because an aborted save may still arrive, even
 * after its chunk was deleted.
 */
export function savesOf(state: StateStore, id: string, expires: Date) {
  const ttlSeconds = () => (expires.getTime() - Date.now()) / 1000 + GRACE_SECONDS;
  const chunkLife = () => ({ ttlSeconds: ttlSeconds() + GRACE_SECONDS });
  return {
    putManifest: (manifest: Manifest) => putManifest(state, id, manifest, ttlSeconds()),
    updateManifest: (change: ManifestChange) => updateManifest(state, id, change, ttlSeconds()),
    putChunk: (index: number, chunk: Buffer, onEncoded?: () => void) =>
      state.putBytes(chunkKey(id, index), chunk, { ...chunkLife(), onEncoded }),
    putTail: (tail: string, bytes: Buffer, onEncoded?: () => void) =>
      state.putBytes(tailKey(id, tail), bytes, { ...chunkLife(), onEncoded }),
  };
}
