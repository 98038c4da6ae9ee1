import type { Dispatcher } from 'undici';
import { anySignal } from '../runtime/abort-signals.ts';
import { createBufferPool } from '../runtime/buffer-pool.ts';
import { type AppError, unavailable } from '../runtime/errors.ts';
import type { Entry, PutOptions, StateStore } from '../state/state-store.ts';
import { decode, encodedLength, encodeInto } from './base64.ts';
import { PATHS } from './names.ts';

/** Above the sidecar's own timeouts on the store (components/blobs/), whose answer says more than our hanging up. */
const TIMEOUT_MS = 10_000;
const BULK_PARALLELISM = 16;
/** Seconds; more is refused. */
const MAX_TTL = 2 ** 31 - 1;
/** 1 MiB as base64, and what a request has around it. */
const BUFFER_BYTES = encodedLength(1024 ** 2) + 1024;

interface BulkItem {
  key: string;
  data?: unknown;
  etag?: string;
  error?: string;
}

interface Reply {
  status: number;
  etag: string;
  /** Valid until the callback that got it returns. */
  body: Buffer;
}

interface Refusal {
  status: number;
  error: AppError;
}

/**
 * {@link StateStore} over the state API of a Dapr sidecar.
 * HTTP by hand and not the SDK, which reads replies as text only, cannot abort, and resolves failed saves.
 * @see https://docs.dapr.io/reference/api/state_api/
 */
export function createDaprState(http: Dispatcher, headers: Record<string, string>): StateStore {
  const buffers = createBufferPool(BUFFER_BYTES, 8);

  async function call<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: string | Buffer | null,
    signal: AbortSignal | undefined,
    read: (reply: Reply) => T,
    received: Buffer = Buffer.alloc(0),
  ): Promise<T> {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    let reply: Reply;
    try {
      const response = await http.request({
        method,
        path: PATHS.state + path,
        body,
        headers: body === null ? headers : { ...headers, 'content-type': 'application/json' },
        signal: anySignal(signal, timeout),
      });
      const bytes = await collect(response.body, received);
      reply = { status: response.statusCode, etag: String(response.headers.etag), body: bytes };
    } catch (cause) {
      signal?.throwIfAborted();
      throw unavailable('the store', cause);
    }
    return read(reply);
  }

  async function fetch<T>(
    key: string,
    signal: AbortSignal | undefined,
    read: (reply: Reply) => T,
    received?: Buffer,
  ): Promise<T | undefined> {
    const path = `/${encodeURIComponent(key)}?consistency=strong`;
    const readFound = (reply: Reply) => {
      if (reply.status === 204 || reply.body.length === 0) return undefined;
      if (reply.status !== 200) throw refused(reply);
      return read(reply);
    };
    return call('GET', path, null, signal, readFound, received);
  }

  const get = (key: string, signal: AbortSignal | undefined): Promise<Entry | undefined> =>
    fetch(key, signal, ({ body, etag }) => ({ value: JSON.parse(body.toString()) as string, etag }));

  const save = (body: Buffer | string, signal: AbortSignal | undefined): Promise<Refusal | undefined> =>
    call('POST', '', body, signal, (reply) =>
      reply.status < 300 ? undefined : { status: reply.status, error: refused(reply) },
    );

  return {
    get,

    async getBytes(key, signal, target) {
      const received = buffers.take();
      // A JSON string, without its quotes.
      const bytes = await fetch(key, signal, ({ body }) => decode(body.subarray(1, -1), target), received);
      buffers.give(received);
      return bytes;
    },

    async getMany(keys, signal) {
      if (keys.length === 0) return new Map();
      const body = JSON.stringify({ keys, parallelism: BULK_PARALLELISM });
      return call('POST', '/bulk', body, signal, (reply) => {
        if (reply.status !== 200) throw refused(reply);
        const found = new Map<string, Entry>();
        for (const { key, data, etag, error } of JSON.parse(reply.body.toString()) as BulkItem[]) {
          if (error) throw unavailable('the store', new Error(error));
          if (typeof data === 'string' && etag) found.set(key, { value: data, etag });
        }
        return found;
      });
    },

    async put(key, value, options = {}) {
      const { when, signal } = options;
      const refusal = await save(`[${JSON.stringify({ ...saveRequest(key, options), value })}]`, signal);
      if (!refusal) return true;
      if (refusal.status === 409 && when) return false;
      // Redis and PostgreSQL say of what cannot be created, as it is there, the same as of a failure.
      const found = refusal.status === 500 && when === 'create' && (await get(key, signal));
      if (found && found.value !== value) return false;
      throw refusal.error;
    },

    async putBytes(key, bytes, options = {}) {
      const head = `[${JSON.stringify(saveRequest(key, options)).slice(0, -1)},"value":"`;
      const needed = head.length + encodedLength(bytes.length) + 3;
      const buffer = needed <= buffers.size ? buffers.take() : Buffer.allocUnsafeSlow(needed);
      buffer.write('"}]', encodeInto(buffer, buffer.write(head, 'latin1'), bytes), 'latin1');
      const refusal = await save(buffer.subarray(0, needed), options.signal);
      if (refusal) throw refusal.error;
      buffers.give(buffer);
    },

    delete: (key, signal) =>
      call('DELETE', `/${encodeURIComponent(key)}`, null, signal, (reply) => {
        if (reply.status >= 300) throw refused(reply);
      }),
  };
}

/** All of a reply, in `buffer` where it fits. */
async function collect(body: Dispatcher.ResponseData['body'], buffer: Buffer): Promise<Buffer> {
  let target = buffer;
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    if (length + piece.length > target.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(target.length * 2, length + piece.length));
      target.copy(larger, 0, 0, length);
      target = larger;
    }
    piece.copy(target, length);
    length += piece.length;
  }
  return target.subarray(0, length);
}

const refused = ({ status, body }: Reply) =>
  unavailable('the store', new Error(`the sidecar answered ${status}: ${body.toString('utf8', 0, 500)}`));

/** A save request without its value. */
const saveRequest = (key: string, { ttlSeconds, when }: PutOptions) => ({
  key,
  ...(typeof when === 'object' && { etag: when.etag }),
  options: { concurrency: when ? 'first-write' : 'last-write', consistency: 'strong' },
  // 0 and -1 would mean for ever, and less be refused: what has expired already lives for one second more.
  ...(ttlSeconds !== undefined && {
    metadata: { ttlInSeconds: String(Math.min(MAX_TTL, Math.max(1, Math.ceil(ttlSeconds)))) },
  }),
});
