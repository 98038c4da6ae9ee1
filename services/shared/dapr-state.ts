import type { Dispatcher } from 'undici';
import { unavailable } from './errors.ts';
import type { Entry, StateStore } from './state.ts';

const TIMEOUT_MS = 10_000;
const BULK_PARALLELISM = 16;

interface BulkItem {
  key: string;
  data?: unknown;
  etag?: string;
  error?: string;
}

/**
 * {@link StateStore} over the state API of a Dapr sidecar.
 * HTTP by hand and not the SDK, which reads replies as text only, cannot abort, and resolves failed saves.
 * @see https://docs.dapr.io/reference/api/state_api/
 */
export function createDaprState(
  http: Dispatcher,
  headers: Record<string, string>,
  component: string,
): StateStore {
  const base = `/v1.0/state/${component}`;

  async function call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: string | null,
    signal: AbortSignal | undefined,
  ) {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const reply = await http.request({
        method,
        path: base + path,
        body,
        headers: body === null ? headers : { ...headers, 'content-type': 'application/json' },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      return { status: reply.statusCode, etag: reply.headers.etag, text: await reply.body.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      throw unavailable('the store', cause);
    }
  }

  const refuse = (status: number, text: string) =>
    unavailable('the store', new Error(`the sidecar answered ${status}: ${text.slice(0, 500)}`));

  return {
    async get(key, signal) {
      const path = `/${encodeURIComponent(key)}?consistency=strong`;
      const { status, etag, text } = await call('GET', path, null, signal);
      if (status === 204 || text === '') return undefined;
      if (status !== 200) throw refuse(status, text);
      return { value: decode(text), etag: String(etag) };
    },

    async getMany(keys, signal) {
      const found = new Map<string, Entry>();
      if (keys.length === 0) return found;
      const body = JSON.stringify({ keys, parallelism: BULK_PARALLELISM });
      const { status, text } = await call('POST', '/bulk', body, signal);
      if (status !== 200) throw refuse(status, text);
      for (const { key, data, etag, error } of JSON.parse(text) as BulkItem[]) {
        if (error) throw refuse(status, error);
        if (typeof data === 'string' && etag) found.set(key, { value: data, etag });
      }
      return found;
    },

    async put(key, value, { ttlSeconds, when, signal } = {}) {
      const body = JSON.stringify([
        {
          key,
          value,
          ...(typeof when === 'object' && { etag: when.etag }),
          options: { concurrency: when ? 'first-write' : 'last-write', consistency: 'strong' },
          ...(ttlSeconds !== undefined && {
            metadata: { ttlInSeconds: String(Math.max(1, Math.ceil(ttlSeconds))) },
          }),
        },
      ]);
      const { status, text } = await call('POST', '', body, signal);
      if (status === 409 && when) return false;
      if (status >= 300) throw refuse(status, text);
      return true;
    },

    async delete(key, signal) {
      const { status, text } = await call('DELETE', `/${encodeURIComponent(key)}`, null, signal);
      if (status >= 300) throw refuse(status, text);
    },
  };
}

/** A stored string comes back as a JSON string; a chunk has nothing to unescape, and is too long to parse for it. */
function decode(text: string): string {
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}
