import type { z } from 'zod';
import { parseJson } from '../../../shared/runtime/parse-json.ts';
import { connectionError } from './connection-error.ts';
import { InvalidResponseError } from './errors.ts';
import type { IdleTimeout } from './idle-timeout.ts';

/** A response whose body is still unread. Read it in one of these ways, exactly once, or the connection stays open. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Yields the body. Ending the iteration early closes the connection. @throws ConnectionLostError */
  bytes(): AsyncGenerator<Uint8Array, void, undefined>;
  /** The beginning of the body as text, at least `maxBytes` of it where it is longer. @throws ConnectionLostError */
  text(maxBytes: number): Promise<string>;
  /** @throws ConnectionLostError; InvalidResponseError where the body does not match the schema */
  json<T>(schema: z.ZodType<T>): Promise<T>;
  /** Ignores the body. */
  discard(): Promise<void>;
}

const MAX_JSON_BYTES = 16 * 1024 ** 2;
const MAX_DISCARDED_BYTES = 64 * 1024;

export function createReply(response: Response, idle: IdleTimeout, url: string): Reply {
  async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = response.body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        const { done, value } = await idle.watch(() => reader.read());
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw connectionError(error, url);
    } finally {
      // After an error of the stream, `cancel` rejects with the same error.
      await reader.cancel().catch(() => undefined);
    }
  }

  async function text(maxBytes: number): Promise<string> {
    const decoder = new TextDecoder();
    let result = '';
    let size = 0;
    for await (const chunk of bytes()) {
      result += decoder.decode(chunk, { stream: true });
      size += chunk.length;
      if (size > maxBytes) break;
    }
    return result + decoder.decode();
  }

  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text,
    async json(schema) {
      const result = schema.safeParse(parseJson(await text(MAX_JSON_BYTES)));
      if (result.success) return result.data;
      throw new InvalidResponseError(`${url} does not answer as this program expects.`, {
        cause: result.error,
      });
    },
    async discard() {
      // A short body is read to its end, so that the connection can be used again.
      await text(MAX_DISCARDED_BYTES);
    },
  };
}
