import { AppError } from '../shared/runtime/errors.ts';

const BASIC = { 'WWW-Authenticate': 'Basic realm="mp3converter", charset="UTF-8"' };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** It equals Latin-1, but for the control characters that nobody types, in whose place Windows has letters. */
const latin1 = new TextDecoder('windows-1252');

export const invalidCredentials = (): AppError =>
  new AppError('invalid_credentials', 'the e-mail address or the password is wrong', { headers: BASIC });

/** The answer to the right credentials of an account, or of a registration, whose address nobody has confirmed. */
export const notVerified = (): AppError =>
  new AppError(
    'email_not_verified',
    'confirm this address first, by the link of a mail; POST /account/verification sends it',
  );

/** The error is the same for every reason: an expired, forged, revoked or unknown token. */
export const invalidToken = (cause?: unknown): AppError =>
  new AppError('invalid_token', 'the token is not valid, or no longer valid', {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });

/**
 * Reads an `Authorization: Basic` header (RFC 7617). Text that is no UTF-8 is read as Latin-1, which many clients send although
 * `charset="UTF-8"` asks them not to. Only the first colon is a separator. Throws `invalid_credentials`.
 */
export function readBasic(header: string): { email: string; password: string } {
  const encoded = /^basic +([\w+/~.-]+={0,2}) *$/i.exec(header)?.[1];
  if (!encoded) throw invalidCredentials();
  const text = decode(Buffer.from(encoded, 'base64'));
  const colon = text.indexOf(':');
  if (colon < 0) throw invalidCredentials();
  return { email: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** Reads an `Authorization: Bearer` header (RFC 6750). Throws `invalid_token`. */
export function readBearer(header: string): string {
  const token = /^bearer +([\w~+/.-]+=*) *$/i.exec(header)?.[1];
  if (!token) throw invalidToken();
  return token;
}
