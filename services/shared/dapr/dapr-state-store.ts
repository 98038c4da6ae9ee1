import type { Dispatcher } from 'undici';
import { type BufferPool, createBufferPool } from '../runtime/buffer-pool.ts';
import { unavailable } from '../runtime/errors.ts';
import { createSemaphore, type Semaphore } from '../runtime/semaphore.ts';
import type { Entry, PutBytesOptions, PutOptions, StateStore } from '../state/state-store.ts';
import { encodedLength, encodeInto } from './base64.ts';
import type { GrpcClient } from './grpc-client.ts';
import { createSaveRaw } from './save-raw.ts';
import { createStateApi, type StateApi, type StateReply, toStoreError } from './state-api.ts';
import { decodeStored } from './stored-bytes.ts';
import { ttlMetadata } from './ttl-metadata.ts';

const BULK_PARALLELISM = 16;
/** Room for a chunk of 1 MiB in base64, with the other parts of a request. */
const BUFFER_BYTES = encodedLength(1024 ** 2) + 1024;
const MAX_FREE_BUFFERS = 8;
/** A write waits for its turn as long as it may take afterwards. */
const WAIT_BOUND = { maxWaiting: Infinity, maxWaitMs: 10_000, full: () => unavailable('the store') };

/** Saves bytes under a key. */
export type SaveBytes = (key: string, bytes: Buffer, options: PutBytesOptions) => Promise<void>;

/** How `putBytes` of a {@link DaprState} saves bytes. `getBytes` reads both. */
export type BytesEncoding = 'base64' | 'raw';

export interface DaprState extends StateStore {
  /** The same store, whose `putBytes` uses this encoding. Undefined where the sidecar has no gRPC API, which `raw` needs. */
  encodingBytes(encoding: BytesEncoding): StateStore | undefined;
  /** Bytes are saved in this encoding from now on; at the beginning it is `base64`. */
  encodeBytes(encoding: BytesEncoding): void;
  /** From now on so many writes go at a time, and the others wait in the order of their calls. Call it once at most. */
  limitWrites(count: number): void;
}

/**
 * A {@link StateStore} over the state API of a Dapr sidecar. It does not use the SDK, which reads responses as text only,
 * cannot abort a call, and resolves when a save has failed. Without `grpc`, bytes are always saved in base64.
 * @see https://docs.dapr.io/reference/api/state_api/
 */
export function createDaprState(
  http: Dispatcher,
  headers: Record<string, string>,
  grpc?: GrpcClient,
): DaprState {
  const api = createStateApi(http, headers);
  const buffers = createBufferPool(BUFFER_BYTES, MAX_FREE_BUFFERS);
  const saves = { base64: createSaveBase64(api, buffers), raw: grpc && createSaveRaw(grpc, buffers) };
  let save = saves.base64;
  let turns: Semaphore | undefined;
  const inTurn = <T>(write: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    turns ? turns.run(write, signal) : write();

  const state: StateStore = {
    get: (key, signal) => getEntry(api, key, signal),
    getMany: (keys, signal) => getEntries(api, keys, signal),
    put: (key, value, options = {}) => inTurn(() => putValue(api, key, value, options), options.signal),
    delete: (key, signal) => inTurn(() => deleteKey(api, key, signal), signal),

    // After a failure, a buffer does not go back to the pool, because a socket may still use it.
    async getBytes(key, signal, target) {
      const buffer = buffers.take();
      const reply = await getKey(api, key, signal, buffer);
      const bytes = reply && decodeStored(reply.body, target);
      buffers.give(buffer);
      return bytes;
    },

    putBytes: (key, bytes, options = {}) => inTurn(() => save(key, bytes, options), options.signal),
  };

  return {
    ...state,
    encodingBytes(encoding) {
      const saveThus = saves[encoding];
      const putBytes: StateStore['putBytes'] = (key, bytes, options = {}) =>
        inTurn(() => (saveThus ?? saves.base64)(key, bytes, options), options.signal);
      return saveThus && { ...state, putBytes };
    },
    encodeBytes(encoding) {
      save = saves[encoding] ?? saves.base64;
    },
    limitWrites(count) {
      turns = createSemaphore(count, WAIT_BOUND);
    },
  };
}

function createSaveBase64(api: StateApi, buffers: BufferPool): SaveBytes {
  return async (key, bytes, options) => {
    const { buffer, body } = encodeSave(buffers, key, bytes, options);
    options.onEncoded?.();
    const reply = await api({ method: 'POST', body, signal: options.signal });
    if (reply.status >= 300) throw toStoreError(reply);
    buffers.give(buffer);
  };
}

/** Returns undefined where the key does not exist. */
async function getKey(
  api: StateApi,
  key: string,
  signal: AbortSignal | undefined,
  buffer?: Buffer,
): Promise<StateReply | undefined> {
  const path = `${keyPath(key)}?consistency=strong`;
  const reply = await api({ method: 'GET', path, signal, ...(buffer && { buffer }) });
  if (reply.status === 204 || reply.body.length === 0) return undefined;
  if (reply.status !== 200) throw toStoreError(reply);
  return reply;
}

async function getEntry(
  api: StateApi,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Entry | undefined> {
  const reply = await getKey(api, key, signal);
  return reply && { value: JSON.parse(reply.body.toString()) as string, etag: reply.etag };
}

interface BulkItem {
  key: string;
  data?: unknown;
  etag?: string;
  error?: string;
}

async function getEntries(
  api: StateApi,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Entry>> {
  if (keys.length === 0) return new Map();
  const body = JSON.stringify({ keys, parallelism: BULK_PARALLELISM });
  const reply = await api({ method: 'POST', path: '/bulk', body, signal });
  if (reply.status !== 200) throw toStoreError(reply);
  const found = new Map<string, Entry>();
  for (const { key, data, etag, error } of JSON.parse(reply.body.toString()) as BulkItem[]) {
    if (error) throw unavailable('the store', new Error(error));
    if (typeof data === 'string' && etag) found.set(key, { value: data, etag });
  }
  return found;
}

async function putValue(api: StateApi, key: string, value: string, options: PutOptions): Promise<boolean> {
  const { when, signal } = options;
  const body = JSON.stringify([{ ...saveRequest(key, options), value }]);
  const reply = await api({ method: 'POST', body, signal });
  if (reply.status < 300) return true;
  if (reply.status === 409 && when) return false;
  // Redis and PostgreSQL report a key that exists already in the same way as a failure.
  const found = reply.status === 500 && when === 'create' && (await getEntry(api, key, signal));
  if (found && found.value !== value) return false;
  throw toStoreError(reply);
}

async function deleteKey(api: StateApi, key: string, signal: AbortSignal | undefined): Promise<void> {
  const reply = await api({ method: 'DELETE', path: keyPath(key), signal });
  if (reply.status >= 300) throw toStoreError(reply);
}

const keyPath = (key: string): string => `/${encodeURIComponent(key)}`;

/** The body of a save request for bytes. It is in `buffer`, which comes from the pool where the body fits. */
function encodeSave(buffers: BufferPool, key: string, bytes: Buffer, options: PutOptions) {
  const head = `[${JSON.stringify(saveRequest(key, options)).slice(0, -1)},"value":"`;
  const needed = head.length + encodedLength(bytes.length) + 3;
  const buffer = needed <= buffers.size ? buffers.take() : Buffer.allocUnsafeSlow(needed);
  buffer.write('"}]', encodeInto(buffer, buffer.write(head, 'latin1'), bytes), 'latin1');
  return { buffer, body: buffer.subarray(0, needed) };
}

/** A save request without a value. */
const saveRequest = (key: string, { ttlSeconds, when }: PutOptions) => ({
  key,
  ...(typeof when === 'object' && { etag: when.etag }),
  options: { concurrency: when ? 'first-write' : 'last-write', consistency: 'strong' },
  ...(ttlSeconds !== undefined && { metadata: ttlMetadata(ttlSeconds) }),
});
