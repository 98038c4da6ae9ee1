import { createServer, request } from 'node:http';
import { duplexPair, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Koa from 'koa';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the test knows what it expects
  json: any;
}

export interface Call {
  headers?: Record<string, string>;
  /** A plain object is sent as JSON. An iterable is sent in chunks, without a Content-Length. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array> | object;
}

export type Client = (method: string, path: string, call?: Call) => Promise<Reply>;

const isIterable = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/** Sends real HTTP to an application over a pair of streams, so that no port is opened. */
export function inProcess<State>(app: Koa<State>): Client {
  const server = createServer(app.callback());
  return async (method, path, { headers = {}, body } = {}) => {
    const [client, connection] = duplexPair();
    server.emit('connection', connection);
    const isJson = typeof body === 'object' && !(body instanceof Uint8Array) && !isIterable(body);
    const payload = isJson ? JSON.stringify(body) : body;
    const known = typeof payload === 'string' || payload instanceof Uint8Array;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const outgoing = request({
      method,
      path,
      headers: {
        connection: 'close',
        ...(isJson && { 'content-type': 'application/json' }),
        ...(known && { 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      },
      createConnection: () => client as never,
    });
    outgoing.on('error', reject).on('response', (incoming) => {
      buffer(incoming).then((bytes) => {
        const text = bytes.toString();
        const isJsonReply = /json/.test(incoming.headers['content-type'] ?? '') && text !== '';
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          bytes,
          text,
          json: isJsonReply ? JSON.parse(text) : undefined,
        });
      }, reject);
    });
    if (isIterable(payload)) Readable.from(payload).pipe(outgoing);
    else outgoing.end(payload);
    return promise;
  };
}
