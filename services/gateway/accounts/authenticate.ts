import { errors, type JWTPayload, jwtVerify } from 'jose';
import { hasPlausibleTimes } from '../../shared/contract/token-times.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { createBoundedCache } from '../../shared/runtime/bounded-cache.ts';
import { AppError, isAppError, unavailable } from '../../shared/runtime/errors.ts';
import { type AuthKeysOptions, createAuthKeys } from './auth-keys.ts';
import type { Revocations } from './revocations.ts';
import { readUser, type User } from './user.ts';

/** A valid token is not checked again for this long. A key that auth has withdrawn is accepted for as long. */
const KNOWN_MS = 60_000;
const KNOWN_TOKENS = 10_000;

/** Throws `invalid_token`, or `unavailable` when the keys of auth are not known. */
export type Authenticate = (authorization: string) => Promise<User>;

interface AuthenticateOptions extends AuthKeysOptions {
  issuer: string;
  audience: string;
  /** Sessions that were ended. Default: none. */
  revocations?: Pick<Revocations, 'has' | 'ready'> | undefined;
}

/** What is known of a valid token. */
interface KnownToken extends User {
  exp: number;
  /** Session id. Absent in a token of an older release. */
  sid: string | undefined;
}

/** Checks access tokens against auth's keys. */
export function createAuthenticate(
  invoke: Sidecar['invoke'],
  { issuer, audience, revocations, ...options }: AuthenticateOptions,
): Authenticate {
  const keys = createAuthKeys(invoke, options);

  // An EdDSA check takes longer than everything else that a small request does.
  const known = createBoundedCache<string, KnownToken>(KNOWN_TOKENS, KNOWN_MS);

  async function verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['EdDSA'],
        issuer,
        audience,
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      return payload;
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw tokenExpired(cause);
      if (isAboutToken(cause)) throw invalidToken('the access token is not valid', cause);
      throw isAppError(cause, 'unavailable') ? cause : unavailable('the auth service', cause);
    }
  }

  async function read(token: string): Promise<KnownToken> {
    const payload = await verify(token);
    const user = readUser(payload);
    if (!user || !hasPlausibleTimes(payload, Date.now() / 1000))
      throw invalidToken('the access token is not valid');
    const { exp, sid } = payload;
    return { ...user, exp: Number(exp), sid: typeof sid === 'string' ? sid : undefined };
  }

  return async (authorization) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (!token)
      throw invalidToken('send an access token as `Authorization: Bearer …`; POST /login gives one');
    const user = known.get(token) ?? (await read(token));
    if (user.exp * 1000 <= Date.now()) throw tokenExpired();
    await revocations?.ready();
    if (revocations?.has(user.sid, user.id)) throw sessionEnded();
    known.set(token, user, { noUpdateTTL: true });
    return { id: user.id, email: user.email, group: user.group };
  };
}

/** Whether the error is about the token. Otherwise the keys could not be fetched. */
const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWTInvalid ||
  error instanceof errors.JWSInvalid ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JWKSNoMatchingKey ||
  // The token names no key, and there are several. A token of auth always names its key.
  error instanceof errors.JWKSMultipleMatchingKeys;

const tokenExpired = (cause?: unknown) => invalidToken('the access token has expired; POST /refresh', cause);

const sessionEnded = () => invalidToken('the session of this access token was ended; sign in again');

const invalidToken = (detail: string, cause?: unknown) =>
  new AppError('invalid_token', detail, {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer realm="mp3converter", error="invalid_token"' },
  });
