import type { Context } from 'koa';
import { AppError } from '../../../shared/runtime/errors.ts';
import { CHECKSUM_ALGORITHMS } from './checksum.ts';
import type { UploadRecord } from './upload-record.ts';

export const PATH = '/uploads';
const VERSION = '1.0.0';
/** The Content-Type of bytes of a resumable upload. */
export const BYTES_TYPE = 'application/offset+octet-stream';

export const EXTENSIONS = [
  ...['creation', 'creation-with-upload', 'creation-defer-length'],
  ...['termination', 'expiration', 'checksum'],
];

type Response = Pick<Context, 'set'>;

/** The header that every response has, also one with an error. */
export const setVersion = (context: Response): void => context.set('Tus-Resumable', VERSION);

/** Throws `precondition_failed` for a request of another version of the protocol, or of none. */
export function requireVersion(context: Pick<Context, 'get'>): void {
  if (context.get('tus-resumable') === VERSION) return;
  throw new AppError(
    'precondition_failed',
    `send \`Tus-Resumable: ${VERSION}\`, the only version supported`,
    {
      headers: { 'Tus-Version': VERSION },
    },
  );
}

/** What a client may ask before it begins. */
export function setCapabilities(context: Response, maxUploadBytes: number): void {
  context.set({
    'Tus-Version': VERSION,
    'Tus-Extension': EXTENSIONS.join(','),
    'Tus-Max-Size': String(maxUploadBytes),
    'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS.join(','),
  });
}

/** Until when an upload may go on, or which job it has become. */
export function setProgress(context: Response, { status, accepted, expires_at }: UploadRecord): void {
  if (status === 'open') context.set('Upload-Expires', new Date(expires_at).toUTCString());
  if (status === 'finished' && accepted) context.set('Mp3-Job', accepted.job);
}

/** Throws `unsupported_media_type` or `bad_request` for a request that carries no bytes at an offset. */
export function requireBytesAtOffset(context: Pick<Context, 'get'>): void {
  if (context.get('content-type') !== BYTES_TYPE)
    throw new AppError('unsupported_media_type', `send the bytes with \`Content-Type: ${BYTES_TYPE}\``);
  if (!/^(0|[1-9]\d{0,15})$/.test(context.get('upload-offset')))
    throw new AppError('bad_request', 'send Upload-Offset, the number of bytes before these');
}
