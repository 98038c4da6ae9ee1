import { randomUUID } from 'node:crypto';
import { startDeadline } from '../runtime/deadline.ts';
import { unavailable } from '../runtime/errors.ts';
import { retry } from '../runtime/retry.ts';
import { encodeDocument, type StateStore } from './state-store.ts';
import { inTurn } from './update-turns.ts';

/** How writers that compete for the same document try again. */
const RETRY_POLICY = { maxAttempts: 30, pauseMs: 10, maxPauseMs: 250, hasJitter: true };
/**
 * Bounds all reads, writes and pauses of one update together, so that a caller waits for an unavailable store only once.
 */
const TIMEOUT_MS = 10_000;

export interface Stored<T> {
  document: T;
  etag: string;
}

interface Envelope<T> {
  /** A new UUID for each attempt to write. It shows whether a write that was reported as a conflict had arrived after all. */
  revision: string;
  document: T;
}

const open = <T>(value: string): Envelope<T> => JSON.parse(value) as Envelope<T>;

/** Returns undefined when there is no such document. Throws `unavailable`, and a `SyntaxError` for a damaged document. */
export async function readDocument<T>(
  state: StateStore,
  key: string,
  signal?: AbortSignal,
): Promise<Stored<T> | undefined> {
  const entry = await state.get(key, signal);
  return entry && { document: open<T>(entry.value).document, etag: entry.etag };
}

/** Returns the documents that exist, by key. Throws as {@link readDocument} does. */
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
  /** The document expires this many seconds after the update. */
  ttlSeconds: number | ((document: T) => number);
  /**
   * Whether the caller expects no document under this key. The first attempt then saves without reading. If there is a document, that
   * save is refused, and the next attempt reads it. `change` must return a document when it gets undefined.
   */
  isNew?: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Changes a document by compare-and-set, once the earlier updates of this process to it are over (see `inTurn`). After a
 * conflict it starts again from the newer document, so `change` may run
 * several times. Where `change` returns undefined, nothing is written. Returns the document as it is stored afterwards.
 * Throws `unavailable` when the outcome is not known within seconds.
 */
export async function updateDocument<T extends object>(
  state: StateStore,
  key: string,
  change: (current: T | undefined) => T | undefined,
  { signal, ...options }: UpdateOptions<T>,
): Promise<T | undefined> {
  using deadline = startDeadline(TIMEOUT_MS, signal);
  try {
    const update = () => compareAndSet(state, key, change, { ...options, signal: deadline.signal });
    return await inTurn(state, key, update, deadline.signal);
  } catch (error) {
    const isAborted = ['TimeoutError', 'AbortError'].includes((error as Error).name);
    if (isAborted && deadline.isOver) throw unavailable('the store', error);
    throw error;
  }
}

/** Another writer was faster. */
class Conflict extends Error {}

async function compareAndSet<T extends object>(
  state: StateStore,
  key: string,
  change: (current: T | undefined) => T | undefined,
  { ttlSeconds, isNew = false, signal }: UpdateOptions<T>,
): Promise<T | undefined> {
  const written = new Set<string>();

  async function attempt(): Promise<T | undefined> {
    const entry = isNew && written.size === 0 ? undefined : await state.get(key, signal);
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
    if (!done) throw new Conflict(`${key.split(':')[0]} has too many concurrent writers`);
    return document;
  }

  const isRetryable = (error: unknown) => error instanceof Conflict;
  return retry(attempt, { ...RETRY_POLICY, signal, isRetryable }).catch((error: unknown) => {
    if (!isRetryable(error)) throw error;
    if (signal?.aborted) throw new DOMException('aborted', { name: 'AbortError', cause: signal.reason });
    throw unavailable('the store', error);
  });
}
