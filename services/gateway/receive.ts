import { PassThrough } from 'node:stream';
import type { Middleware, ParameterizedContext } from 'koa';
import koaBody from 'koa-body';
import { AppError } from '../shared/errors.ts';
import type { RequestState } from '../shared/http.ts';
import { tooLarge } from './media.ts';

/** What multipart adds around the file: boundaries, part headers, small fields. */
const ENVELOPE_BYTES = 64 * 1024;
/** How long a refused client may go on sending, so that it gets to read the answer. */
const LINGER_MS = 5_000;

export interface Upload {
  filename: string;
  bytes: AsyncIterable<Uint8Array>;
}

type Context = ParameterizedContext<RequestState>;

/**
 * Hands the one uploaded file to `consume` as it arrives, from a multipart field `file` or a raw body.
 * No byte touches the disk, and backpressure reaches the client. `consume`'s failure ends the upload at once.
 */
export async function receive<T>(
  context: Context,
  maxBytes: number,
  consume: (upload: Upload) => Promise<T>,
): Promise<T> {
  const length = Number(context.get('content-length') || 0);
  if (length > maxBytes + ENVELOPE_BYTES) throw tooLarge(maxBytes);
  if (context.is('multipart/form-data')) return receiveMultipart(context, maxBytes, consume);
  if (context.is('video/*', 'audio/*', 'application/octet-stream')) {
    return consume({ filename: cleanName(String(context.query.filename ?? '')), bytes: context.req });
  }
  throw new AppError(
    'unsupported_media_type',
    'send the file as multipart/form-data in the field `file`, or as the body with `Content-Type: video/*`',
  );
}

/** After a refusal in the middle of an upload: reads on for a while, or the client would see a reset and not the answer. */
export const lingering: Middleware<RequestState> = async ({ req }, next) => {
  try {
    await next();
  } catch (error) {
    if (!req.complete) {
      req.resume();
      const linger = setTimeout(() => req.destroy(), LINGER_MS);
      req.once('close', () => clearTimeout(linger));
    }
    throw error;
  }
};

async function receiveMultipart<T>(
  context: Context,
  maxBytes: number,
  consume: (upload: Upload) => Promise<T>,
): Promise<T> {
  const { promise: outcome, resolve, reject } = Promise.withResolvers<T>();
  let files = 0;
  const parse = koaBody({
    multipart: true,
    patchKoa: false,
    formidable: {
      maxFileSize: maxBytes + 1, // ours is the limit that answers, as it does for a raw body
      maxTotalFileSize: maxBytes + 1,
      maxFields: 20,
      maxFieldsSize: ENVELOPE_BYTES,
      allowEmptyFiles: true,
      minFileSize: 0,
      onPart(part, handle) {
        // RFC 7578 4.4: a part without a Content-Type is legal; formidable would take it for a field.
        if (part.originalFilename !== null) part.mimetype ??= 'application/octet-stream';
        handle(part);
      },
      filter: (part) => part.name === 'file' && files++ === 0,
      fileWriteStreamHandler(file) {
        const bytes = new PassThrough();
        // Formidable destroys it when the client is gone; who reads it notices.
        bytes.on('error', reject);
        consume({ filename: cleanName(originalName(file)), bytes }).then(resolve, reject);
        return bytes;
      },
    },
  });
  const parsed = parse(context as never, async () => undefined).then(() => {
    if (files === 0) throw new AppError('bad_request', 'the form has no file in the field `file`');
    if (files > 1) throw new AppError('bad_request', 'send one file at a time');
  });
  parsed.catch(reject);
  return outcome;
}

const originalName = (file: unknown): string =>
  String((file as { originalFilename?: unknown } | undefined)?.originalFilename ?? '');

/** A name to show and to derive the MP3's from, never a path: no folders, no control characters, bounded. */
export function cleanName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const printable = base.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  return [...printable].slice(0, 200).join('') || 'video';
}
