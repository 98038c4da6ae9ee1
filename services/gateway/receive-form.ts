import { PassThrough } from 'node:stream';
import type { ParameterizedContext } from 'koa';
import koaBody from 'koa-body';
import { AppError, isAppError } from '../shared/errors.ts';
import type { RequestState } from '../shared/http.ts';
import { cleanName } from './file-name.ts';
import type { Upload } from './receive.ts';

/** What multipart adds around the file: boundaries, part headers, small fields. */
export const ENVELOPE_BYTES = 64 * 1024;
const MAX_FIELDS = 20;

/** The file of a multipart form (RFC 7578), field `file`, handed to `consume` as it arrives. */
export async function receiveForm<T>(
  context: ParameterizedContext<RequestState>,
  maxBytes: number,
  consume: (upload: Upload) => Promise<T>,
): Promise<T> {
  const { promise: outcome, resolve, reject } = Promise.withResolvers<T>();
  let files = 0;
  let handed = false;
  const parse = koaBody({
    multipart: true,
    patchKoa: false,
    formidable: {
      maxFileSize: maxBytes + 1, // ours is the limit that answers, as it does for a raw body
      maxTotalFileSize: maxBytes + 1,
      maxFields: MAX_FIELDS,
      maxFieldsSize: ENVELOPE_BYTES,
      allowEmptyFiles: true,
      minFileSize: 0,
      onPart(part, handle) {
        part.originalFilename ??= extendedName(part);
        // RFC 7578 4.4: a part without a Content-Type is legal; formidable would take it for a field.
        if (part.originalFilename !== null) part.mimetype ??= 'application/octet-stream';
        handle(part);
      },
      filter: (part) => part.name === 'file' && files++ === 0,
      fileWriteStreamHandler(file) {
        handed = true;
        const bytes = new PassThrough();
        bytes.on('error', () => undefined); // for its reader to tell
        form.catch((error: Error) => bytes.destroy(error));
        consume({ filename: cleanName(originalName(file)), bytes: whole(bytes) })
          .finally(() => bytes.destroy())
          .then(resolve, reject);
        return bytes;
      },
    },
  });
  const form = parse(context as never, async () => undefined).then(
    () => {
      if (files === 0) throw new AppError('bad_request', 'the form has no file in the field `file`');
      if (files > 1) throw new AppError('bad_request', 'send one file at a time');
    },
    (error: unknown) => {
      throw formError(error, maxBytes);
    },
  );
  // Once there is a file, its reader hears of it, and answers when it has cleaned up.
  form.catch((error: unknown) => handed || reject(error));

  /** The file ends well only when the form does: what comes after it may still be refused. */
  async function* whole(bytes: PassThrough): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      await form; // formidable destroys the stream without saying why
      throw error;
    }
    await form;
  }

  return outcome;
}

/** Formidable's errors have a status of their own, and texts about its options. */
function formError(cause: unknown, maxBytes: number): unknown {
  const status = (cause as { httpCode?: unknown }).httpCode;
  if (isAppError(cause) || status === undefined) return cause;
  if (status !== 413) return new AppError('bad_request', 'the form is malformed or cut off', { cause });
  const limits = `its file may have ${maxBytes} bytes, its other fields (${MAX_FIELDS} at most) ${ENVELOPE_BYTES} in all`;
  return new AppError('too_large', `the form is too large: ${limits}`, { cause });
}

/** RFC 7578 forbids `filename*` (RFC 8187) in forms, but some clients send a name that is not ASCII as nothing else. */
function extendedName(part: object): string | null {
  const { headers } = part as { headers?: Record<string, string> };
  const encoded = /\bfilename\*=UTF-8'[^']*'([^;\s]*)/i.exec(headers?.['content-disposition'] ?? '')?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
}

const originalName = (file: unknown): string =>
  String((file as { originalFilename?: unknown } | undefined)?.originalFilename ?? '');
