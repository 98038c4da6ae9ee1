import { z } from 'zod';
import { AppError, unavailable } from '../runtime/errors.ts';
import { retry } from '../runtime/retry.ts';
import { encodeDocument, type StateStore } from '../state/state-store.ts';

/** How appends that change the same manifest try again. */
const RETRY_POLICY = { maxAttempts: 10, pauseMs: 10, maxPauseMs: 250, hasJitter: true };

/** Ids of the tails that may exist. See append-blob.ts. */
const tails = z.array(z.uuid()).optional();
const completeManifest = z.object({
  size: z.number().int().nonnegative(),
  /** Lower-case hexadecimal. */
  sha256: z.string(),
  chunk_size: z.number().int().positive(),
  tails,
  /** What is kept with the bytes, and ends with them. Earlier releases ignore it, and write none. */
  attachment: z.record(z.string(), z.unknown()).optional(),
});
/**
 * The manifest of a write that has not ended. It is stored before the chunks, and `reserved` is the most of them that may
 * exist. So the id of the blob is always enough to find every chunk and every tail, even after a crash.
 */
const unfinishedManifest = z.object({
  reserved: z.number().int().positive(),
  tails,
  /** Every chunk that was appended lives until this time at least. */
  expires: z.iso.datetime().optional(),
});
const manifestSchema = z.union([completeManifest, unfinishedManifest]);

/** A small JSON object that is kept with a blob. */
export type Attachment = Record<string, unknown>;
export type CompleteManifest = z.infer<typeof completeManifest>;
export type UnfinishedManifest = z.infer<typeof unfinishedManifest>;
export type Manifest = z.infer<typeof manifestSchema>;

const key = (id: string): string => `blob:${id}`;
export const tailKey = (blob: string, tail: string): string => `tail:${blob}:${tail}`;

const parse = (value: string): Manifest => manifestSchema.parse(JSON.parse(value));

/** Bytes. Every read of a blob reads its manifest, so that this has to be small. */
export const MAX_ATTACHMENT_BYTES = 16 * 1024;

/** Throws `internal` where the attachment is larger than {@link MAX_ATTACHMENT_BYTES} as it is saved. */
export function requireSmall(attachment: Attachment): void {
  const { length } = encodeDocument(attachment);
  if (length <= MAX_ATTACHMENT_BYTES) return;
  throw new AppError('internal', `an attachment has ${length} bytes, more than ${MAX_ATTACHMENT_BYTES}`);
}

export const isComplete = (manifest: Manifest): manifest is CompleteManifest => 'size' in manifest;

export async function readManifest(
  state: StateStore,
  id: string,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  const entry = await state.get(key(id), signal);
  return entry && parse(entry.value);
}

/** Returns undefined also for a blob whose write has not ended. */
export async function readCompleteManifest(
  state: StateStore,
  id: string,
  signal?: AbortSignal,
): Promise<CompleteManifest | undefined> {
  const manifest = await readManifest(state, id, signal);
  return manifest && isComplete(manifest) ? manifest : undefined;
}

export async function putManifest(
  state: StateStore,
  id: string,
  manifest: Manifest,
  ttlSeconds: number,
): Promise<void> {
  await state.put(key(id), encodeDocument(manifest), { ttlSeconds });
}

/** Returns the new manifest, or undefined where the current one is to stay. May be called several times. */
export type ManifestChange = (current: Manifest | undefined) => Manifest | undefined;

class Conflict extends Error {}

/**
 * Changes a manifest by compare-and-set. A put of an append that was stopped for a long time is refused, so that it never
 * replaces the manifest of a complete blob. A write that was reported as a conflict though it had arrived does no harm,
 * because `change` then finds its own work. Throws what `change` throws, and `unavailable`.
 */
export function updateManifest(
  state: StateStore,
  id: string,
  change: ManifestChange,
  ttlSeconds: number,
): Promise<void> {
  async function attempt(): Promise<void> {
    const entry = await state.get(key(id));
    const manifest = change(entry && parse(entry.value));
    if (!manifest) return;
    const when = entry ? { etag: entry.etag } : 'create';
    if (!(await state.put(key(id), encodeDocument(manifest), { ttlSeconds, when }))) throw new Conflict();
  }
  const isRetryable = (error: unknown) => error instanceof Conflict;
  return retry(attempt, { ...RETRY_POLICY, isRetryable }).catch((error: unknown) => {
    throw isRetryable(error) ? unavailable('the store', error) : error;
  });
}

export const deleteManifest = (state: StateStore, id: string, signal?: AbortSignal): Promise<void> =>
  state.delete(key(id), signal);

/** The number of chunks that may exist. */
export const chunksOf = (manifest: Manifest): number =>
  isComplete(manifest) ? Math.ceil(manifest.size / manifest.chunk_size) : manifest.reserved;

/** Ids of the tails that may exist. */
export const tailsOf = (manifest: Manifest | undefined): readonly string[] => manifest?.tails ?? [];

/** Deletes tails. Those that do not exist are no error. */
export async function deleteTails(
  state: StateStore,
  id: string,
  tails: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const tail of tails) await state.delete(tailKey(id, tail), signal);
}
