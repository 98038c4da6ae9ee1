import { z } from 'zod';
import { encodeDocument, type StateStore } from '../state/state-store.ts';

const completeManifest = z.object({
  size: z.number().int().nonnegative(),
  /** Lower-case hexadecimal. */
  sha256: z.string(),
  chunk_size: z.number().int().positive(),
});
/**
 * The manifest of a write that has not ended. It is stored before the chunks, and `reserved` is the most of them that may
 * exist. So the id of the blob is always enough to find every chunk, even after a crash.
 */
const unfinishedManifest = z.object({ reserved: z.number().int().positive() });
const manifestSchema = z.union([completeManifest, unfinishedManifest]);

export type CompleteManifest = z.infer<typeof completeManifest>;
export type Manifest = z.infer<typeof manifestSchema>;

const key = (id: string): string => `blob:${id}`;

export async function readManifest(
  state: StateStore,
  id: string,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  const entry = await state.get(key(id), signal);
  return entry && manifestSchema.parse(JSON.parse(entry.value));
}

/** Returns undefined also for a blob whose write has not ended. */
export async function readCompleteManifest(
  state: StateStore,
  id: string,
  signal?: AbortSignal,
): Promise<CompleteManifest | undefined> {
  const manifest = await readManifest(state, id, signal);
  return manifest && 'size' in manifest ? manifest : undefined;
}

export async function putManifest(
  state: StateStore,
  id: string,
  manifest: Manifest,
  ttlSeconds: number,
): Promise<void> {
  await state.put(key(id), encodeDocument(manifest), { ttlSeconds });
}

export const deleteManifest = (state: StateStore, id: string, signal?: AbortSignal): Promise<void> =>
  state.delete(key(id), signal);

/** The number of chunks that may exist. */
export const chunksOf = (manifest: Manifest): number =>
  'size' in manifest ? Math.ceil(manifest.size / manifest.chunk_size) : manifest.reserved;
