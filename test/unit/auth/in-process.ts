import { createServer, request } from 'node:http';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Koa from 'koa';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects
  json: any;
}

export interface Call {
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: string | object;
}

export type Client = (method: string, path: string, call?: Call) => Promise<Reply>;

/** Real HTTP against the application over a pair of streams: no port is bound. */
export function inProcess<State>(app: Koa<State>): Client {
  const server = createServer(app.callback());
  return async (method, path, { headers = {}, body } = {}) => {
    const [client, connection] = duplexPair();
    server.emit('connection', connection);
    const payload = typeof body === 'object' ? JSON.stringify(body) : body;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const outgoing = request({
      method,
      path,
      headers: {
        connection: 'close',
        ...(typeof body === 'object' && { 'content-type': 'application/json' }),
        ...(payload !== undefined && { 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      },
      createConnection: () => client as never,
    });
    outgoing.on('error', reject).on('response', async (incoming) => {
      const answer = await text(incoming);
      const isJson = /json/.test(incoming.headers['content-type'] ?? '');
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        text: answer,
        json: isJson ? JSON.parse(answer) : undefined,
      });
    });
    outgoing.end(payload);
    return promise;
  };
}

export const basic = (email: string, password: string): string =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
