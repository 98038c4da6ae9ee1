import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { anySignal } from '../runtime/abort-signals.ts';
import { unavailable } from '../runtime/errors.ts';
import { encodeDocument, type StateStore } from './state-store.ts';

const ATTEMPTS = 30;
const PAUSE_MS = 10;
const MAX_PAUSE_MS = 250;
/** For a read, a write and the conflicts between them: a store that is away is not waited for twice. */
const TIMEOUT_MS = 10_000;

export interface Stored<T> {
  document: T;
  etag: string;
}

interface Envelope<T> {
  /** Written by one attempt alone: tells a compare-and-set that did arrive, though it was reported as lost, from a real conflict. */
  revision: string;
  document: T;
}

const open = <T>(value: string): Envelope<T> => JSON.parse(value) as Envelope<T>;

export async function readDocument<T>(
  state: StateStore,
  key: string,
  signal?: AbortSignal,
): Promise<Stored<T> | undefined> {
  const entry = await state.get(key, signal);
  return entry && { document: open<T>(entry.value).document, etag: entry.etag };
}

export async function readDocuments<T>(
  state: StateStore,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Stored<T>>> {
  const entries = await state.getMany(keys, signal);
  return new Map(
    [...entries].map(([key, { value, etag }]) => [key, { document: open<T>(value).document, etag }]),
  );
}

interface UpdateOptions<T> {
  ttlSeconds: number | ((document: T) => number);
  signal?: AbortSignal | undefined;
}

/**
 * Changes a document by compare-and-set, trying again from the newer one after a conflict.
 * `change` may run several times; when it returns undefined nothing is written and the current document comes back.
 * Throws `unavailable` when it is not known within seconds what has become of it.
 */
export async function updateDocument<T extends object>(
  state: StateStore,
  key: string,
  change: (current: T | undefined) => T | undefined,
  { ttlSeconds, signal }: UpdateOptions<T>,
): Promise<T | undefined> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const either = anySignal(signal, deadline);
  try {
    return await compareAndSet(state, key, change, { ttlSeconds, signal: either });
  } catch (error) {
    const calledOff = ['TimeoutError', 'AbortError'].includes((error as Error).name);
    if (calledOff && deadline.aborted && !signal?.aborted) throw unavailable('the store', error);
    throw error;
  }
}

async function compareAndSet<T extends object>(
  state: StateStore,
  key: string,
  change: (current: T | undefined) => T | undefined,
  { ttlSeconds, signal }: UpdateOptions<T>,
): Promise<T | undefined> {
  const written = new Set<string>();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const entry = await state.get(key, signal);
    const current = entry && open<T>(entry.value);
    if (current && written.has(current.revision)) return current.document;
    const document = change(current?.document);
    if (document === undefined) return current?.document;
    const revision = randomUUID();
    written.add(revision);
    const done = await state.put(key, encodeDocument({ revision, document } satisfies Envelope<T>), {
      ttlSeconds: typeof ttlSeconds === 'function' ? ttlSeconds(document) : ttlSeconds,
      when: entry ? { etag: entry.etag } : 'create',
      signal,
    });
    if (done) return document;
    const pause = Math.min(MAX_PAUSE_MS, PAUSE_MS * 2 ** attempt);
    await sleep(pause * (0.5 + Math.random()), undefined, { signal });
  }
  throw unavailable('the store', new Error(`${key.split(':')[0]} is written by too many at once`));
}
