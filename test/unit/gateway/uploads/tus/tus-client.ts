import { createHash } from 'node:crypto';
import { createServer, request } from 'node:http';
import { duplexPair } from 'node:stream';
import type { Call, Reply } from '../../../../support/in-process.ts';
import { asOwner, type Gateway } from '../../test-gateway.ts';

export const BYTES = 'application/offset+octet-stream';
export const version = { 'tus-resumable': '1.0.0' };

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** An `Upload-Metadata` header. */
export const metadata = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${base64(value)}`)
    .join(',');
export const checksum = (bytes: Uint8Array, algorithm = 'sha1'): string =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`;

type Headers = Record<string, string>;

/** A client of tus that makes one request at a time, as the protocol's examples show. */
export function tusClient(gateway: Pick<Gateway, 'call'>, auth: Headers = asOwner) {
  const call = (method: string, path: string, headers: Headers, body?: Call['body']): Promise<Reply> =>
    gateway.call(method, path, {
      headers: { ...auth, ...version, ...headers },
      ...(body !== undefined && { body }),
    });
  return {
    call,
    post: (headers: Headers, body?: Call['body']) => call('POST', '/uploads', headers, body),
    head: (path: string, headers: Headers = {}) => call('HEAD', path, headers),
    patch: (path: string, offset: number, body: Call['body'], headers: Headers = {}) =>
      call('PATCH', path, { 'content-type': BYTES, 'upload-offset': String(offset), ...headers }, body),
    delete: (path: string) => call('DELETE', path, {}),
    get: (path: string) => call('GET', path, {}),
    /** Creates an upload and returns its path. */
    async create(size: number, headers: Headers = {}): Promise<string> {
      const reply = await call('POST', '/uploads', { 'upload-length': String(size), ...headers });
      if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`);
      return String(reply.headers.location);
    },
  };
}

/** Sends the beginning of a PATCH, waits for `sent`, and then cuts the connection at the gateway, as a broken cable does. */
export async function cutPatch(
  { app }: Pick<Gateway, 'app'>,
  path: string,
  { bytes, length, sent }: { bytes: Uint8Array; length: number; sent: () => Promise<void> },
): Promise<void> {
  const server = createServer(app.callback());
  const [client, connection] = duplexPair();
  server.emit('connection', connection);
  const outgoing = request({
    method: 'PATCH',
    path,
    headers: {
      ...asOwner,
      ...version,
      'content-type': BYTES,
      'upload-offset': '0',
      'content-length': length,
    },
    createConnection: () => client as never,
  });
  outgoing.on('error', () => undefined).write(bytes);
  await sent();
  connection.destroy();
  client.destroy();
}
