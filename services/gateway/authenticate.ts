import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { AppError, unavailable } from '../shared/errors.ts';
import type { Sidecar } from '../shared/sidecar.ts';

/** A token that was found good is not checked again for this long, at most; a key that auth withdraws is honoured as long. */
const KNOWN_MS = 60_000;
const KNOWN_TOKENS = 10_000;

export interface User {
  id: string;
  email: string;
}

/** Throws `invalid_token`, or `unavailable` when the keys cannot be had. */
export type Authenticate = (authorization: string) => Promise<User>;

/** Checks access tokens against auth's keys, which are fetched through the sidecar, cached, and fetched anew for an unknown key id. */
export function createAuthenticate(
  invoke: Sidecar['invoke'],
  { issuer, audience }: { issuer: string; audience: string },
): Authenticate {
  // jose wants an address; what fetches is the sidecar.
  const keys = createRemoteJWKSet(new URL('http://auth/.well-known/jwks.json'), {
    cacheMaxAge: 5 * 60_000,
    cooldownDuration: 10_000,
    [customFetch]: async (address, { signal }) => {
      const path = new URL(address).pathname;
      const reply = await invoke('auth', { method: 'GET', path, signal });
      return new Response(reply.body, { status: reply.status });
    },
  });

  // An EdDSA check takes longer than all else that a small request costs.
  const known = new LRUCache<string, User & { exp: number }>({ max: KNOWN_TOKENS, ttl: KNOWN_MS });

  async function verify(token: string): Promise<User & { exp: number }> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['EdDSA'],
        issuer,
        audience,
        typ: 'at+jwt',
        requiredClaims: ['sub', 'email', 'exp', 'iat'],
      });
      return { id: String(payload.sub), email: String(payload.email), exp: Number(payload.exp) };
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) throw expired(cause);
      if (isVerdict(cause)) throw refused('the access token is not valid', cause);
      throw unavailable('the auth service', cause);
    }
  }

  return async (authorization) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (!token) throw refused('send an access token as `Authorization: Bearer …`; POST /login gives one');
    const user = known.get(token) ?? (await verify(token));
    if (user.exp * 1000 <= Date.now()) throw expired();
    known.set(token, user, { noUpdateTTL: true });
    return { id: user.id, email: user.email };
  };
}

/** Whether jose judged the token, as against not getting at the keys. */
const isVerdict = (error: unknown): boolean =>
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWTInvalid ||
  error instanceof errors.JWSInvalid ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JWKSNoMatchingKey;

const expired = (cause?: unknown) => refused('the access token has expired; POST /refresh', cause);

const refused = (detail: string, cause?: unknown) =>
  new AppError('invalid_token', detail, {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer realm="mp3converter", error="invalid_token"' },
  });
