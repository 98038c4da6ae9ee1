import { isInvokeUrl } from '../../../shared/dapr/names.ts';
import { type UploadView, uploadView } from '../../uploads/upload-view.ts';
import { base64 } from '../http/base64.ts';
import { ForeignResponseError, InvalidResponseError } from '../http/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { ApiRequest, Body } from '../http/transport.ts';
import type { Session } from '../session/session.ts';

/** Shorter than the default, because these responses are small. */
const IDLE_TIMEOUT_MS = 30_000;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export interface Creation {
  /** Bytes. */
  size: number;
  /** The options of the conversion, the name of the file, and other parameters of an upload. */
  parameters: Record<string, string>;
  /** The idempotency key: a repeated creation with the same key gives the same upload. */
  key: string;
}

export interface Part {
  /** Where the part begins. The server must have all the bytes before it. */
  offset: number;
  /** Bytes of the part. */
  size: number;
  /** Called for each attempt. */
  body: () => Body;
  /** Gets the bytes of a stream that were sent so far. */
  onSent?: (bytes: number) => void;
}

/** The requests of tus 1.0 (tus.io/protocols/resumable-upload), each of which is sent once. */
export interface Tus {
  /** Resolves with the id of the upload. */
  create(creation: Creation, signal: AbortSignal): Promise<string>;
  /** Resolves with the bytes that the server has. Ends a request for this upload that the server is still reading. */
  offset(id: string, signal: AbortSignal): Promise<number>;
  /** Resolves with the bytes that the server has after it. */
  patch(id: string, part: Part, signal: AbortSignal): Promise<number>;
  view(id: string, signal: AbortSignal): Promise<UploadView>;
  terminate(id: string, signal: AbortSignal): Promise<void>;
}

export function createTus(session: Session): Tus {
  const send = (request: ApiRequest): Promise<Reply> =>
    session.send({ ...request, headers: { 'tus-resumable': '1.0.0', ...request.headers } });

  async function view(id: string, signal: AbortSignal): Promise<UploadView> {
    const request = { method: 'GET', path: `/uploads/${id}`, idleTimeoutMs: IDLE_TIMEOUT_MS } as const;
    // This one request is no part of the protocol.
    return (await session.send({ ...request, signal })).json(uploadView);
  }

  return {
    async create({ size, parameters, key }, signal) {
      const headers = {
        'upload-length': String(size),
        'upload-metadata': metadataOf(parameters),
        'idempotency-key': key,
      };
      const reply = await send({ method: 'POST', path: '/uploads', headers, signal });
      await reply.discard();
      return idOf(reply, session.url);
    },
    async offset(id, signal) {
      const request = { method: 'HEAD', path: `/uploads/${id}`, idleTimeoutMs: IDLE_TIMEOUT_MS } as const;
      try {
        const reply = await send({ ...request, signal });
        await reply.discard();
        return offsetOf(reply, session.url);
      } catch (error) {
        // The response has no body that tells the gateway from something in front of it.
        if (!(error instanceof ForeignResponseError) || error.status >= 500) throw error;
        const { job, offset } = await view(id, signal);
        if (job) return offset;
        throw error;
      }
    },
    async patch(id, { offset, size, body, onSent }, signal) {
      const reply = await send({
        method: 'PATCH',
        path: `/uploads/${id}`,
        headers: {
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(offset),
          // A sidecar's invoke API buffers a body that has a length. Browsers ignore this header and set their own.
          ...(!isInvokeUrl(session.url) && { 'content-length': String(size) }),
        },
        body,
        ...(onSent && { onSent }),
        signal,
      });
      await reply.discard();
      return offsetOf(reply, session.url);
    },
    view,
    async terminate(id, signal) {
      const request = { method: 'DELETE', path: `/uploads/${id}`, idleTimeoutMs: IDLE_TIMEOUT_MS } as const;
      await (await send({ ...request, signal })).discard();
    },
  };
}

/** `filename YS5tcDQ=,bitrate MTky`: each value is base64 of its UTF-8. */
function metadataOf(parameters: Record<string, string>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${base64(value)}`)
    .join(',');
}

/**
 * The last segment of `Location`. Its path is not followed: behind a proxy, or through a sidecar, the gateway does not know the
 * path below which the client sees it.
 */
function idOf({ headers }: Reply, url: string): string {
  const id = (headers.get('location') ?? '').split('/').at(-1) ?? '';
  if (!UUID.test(id)) throw new InvalidResponseError(`${url} does not say where the upload is.`);
  return id;
}

function offsetOf({ headers }: Reply, url: string): number {
  const text = headers.get('upload-offset') ?? '';
  if (!/^\d{1,16}$/.test(text))
    throw new InvalidResponseError(`${url} does not say how much it has of the upload.`);
  return Number(text);
}
