import { Agent, type Dispatcher, request } from 'undici';
import { createTransport, type Fetch, type Transport } from '../client/http/transport.ts';

const CONNECT_MS = 10_000;

export interface Connection {
  transport: Transport;
  /** Closes the connections, and with them the requests that are still under way. */
  close(): Promise<void>;
}

/** Prepares requests to the gateway at `url`. A connection is opened with the first request. */
export function connect(url: string): Connection {
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS } });
  return { transport: createTransport(url, fetchOver(dispatcher)), close: () => dispatcher.destroy() };
}

/**
 * A `fetch` over undici's `request`. Undici's own `fetch` (7.30) never ends the body of a response whose connection is lost
 * right after the headers: its event `terminated` then comes before the listener for it.
 */
export function fetchOver(dispatcher: Dispatcher): Fetch {
  return async (url, { method = 'GET', headers, body, signal }) => {
    const reply = await request(url, {
      method: method as Dispatcher.HttpMethod,
      headers: { accept: '*/*', 'user-agent': 'mp3converter', ...(headers as Record<string, string>) },
      // Undici accepts a Blob and any async iterable; its types do not say so.
      body: (body ?? null) as never,
      signal: signal ?? null,
      // The transport has timeouts of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      dispatcher,
    });
    const hasBody = ![204, 205, 304].includes(reply.statusCode);
    if (!hasBody) await reply.body.dump();
    const entries = Object.entries(reply.headers).flatMap(([name, value]): [string, string][] =>
      [value ?? []].flat().map((each) => [name, each]),
    );
    return new Response(hasBody ? ReadableStream.from(reply.body) : null, {
      status: reply.statusCode,
      headers: entries,
    });
  };
}
