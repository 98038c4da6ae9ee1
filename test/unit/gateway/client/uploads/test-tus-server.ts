import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { problem } from '../test-transport.ts';

interface StoredUpload {
  size: number;
  bytes: Buffer;
  metadata: Record<string, string>;
  key: string;
  job: { id: string; status: string } | null;
}

/** What a test changes of the next requests. It answers a request itself by returning true. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The server's side of tus 1.0 as far as our client uses it, in memory. Bytes that arrive before a cut are kept. */
export function createTusServer() {
  const uploads = new Map<string, StoredUpload>();
  const requests: string[] = [];
  const server = {
    uploads,
    /** Method and path of each request, in order. */
    requests,
    /** Bytes of all bodies that have arrived. */
    received: 0,
    intercept: (() => false) as Intercept,
    /** Bytes of a body after which the connection is cut; undefined for never. */
    cutAfter: () => undefined as number | undefined,
    /** Whether the last byte makes a job. */
    makesJobs: true,
    listener: ((request, response) => void serve(request, response)) as RequestListener,
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(`${request.method} ${(request.url ?? '').split('?')[0]}`);
    if (server.intercept(request, response)) return;
    if (request.method === 'POST') return create(request, response);
    const id = (request.url ?? '').split('/').at(-1) ?? '';
    const upload = uploads.get(id);
    if (!upload) return problem(response, 404, 'not_found');
    const { size, bytes, job } = upload;
    if (request.method === 'HEAD') return answer(response, 200, { 'upload-offset': String(bytes.length) });
    if (request.method === 'PATCH') return append(upload, request, response);
    if (request.method === 'DELETE') {
      uploads.delete(id);
      return answer(response, 204);
    }
    answer(
      response,
      200,
      {},
      {
        ...{ id, size, offset: bytes.length, job },
        expires_at: '2030-01-01T00:00:00.000Z',
      },
    );
  }

  function create(request: IncomingMessage, response: ServerResponse): void {
    const key = String(request.headers['idempotency-key']);
    const known = [...uploads].find(([, upload]) => upload.key === key)?.[0];
    const id = known ?? randomUUID();
    const size = Number(request.headers['upload-length']);
    const metadata = parseMetadata(String(request.headers['upload-metadata']));
    if (!known) uploads.set(id, { size, bytes: Buffer.alloc(0), metadata, key, job: null });
    answer(response, 201, { location: `/uploads/${id}` });
  }

  async function append(
    upload: StoredUpload,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (Number(request.headers['upload-offset']) !== upload.bytes.length) {
      request.resume();
      return problem(response, 409, 'state_conflict');
    }
    let left = server.cutAfter() ?? Number.POSITIVE_INFINITY;
    try {
      for await (const chunk of request) {
        const part = (chunk as Buffer).subarray(0, left);
        left -= part.length;
        server.received += part.length;
        upload.bytes = Buffer.concat([upload.bytes, part]);
        if (left === 0) return void request.socket.destroy();
      }
    } catch {
      // The client has ended the connection.
      return;
    }
    if (upload.bytes.length === upload.size && server.makesJobs) {
      upload.job ??= { id: randomUUID(), status: 'queued' };
    }
    answer(response, 204, { 'upload-offset': String(upload.bytes.length) });
  }

  return server;
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body?: object,
): void {
  response.writeHead(status, { 'tus-resumable': '1.0.0', ...headers });
  response.end(body && JSON.stringify(body));
}

const parseMetadata = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(',').map((pair) => {
      const [name = '', value = ''] = pair.split(' ');
      return [name, Buffer.from(value, 'base64').toString()];
    }),
  );
