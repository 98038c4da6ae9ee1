import { randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import { hasPlausibleTimes } from '../../shared/contract/token-times.ts';
import type { User } from '../accounts/users.ts';
import { invalidToken } from '../credentials.ts';
import { ALGORITHM } from './key-store.ts';
import type { SigningKeys } from './signing-keys.ts';

/** The type of RFC 9068. It keeps other kinds of tokens with the same keys and issuer from being taken for access tokens. */
const TYPE = 'at+jwt';

/** Every claim is required but one of two, because jose checks claims such as `exp` only where a token has them. */
const claims = z
  .object({
    iss: z.string(),
    aud: z.string(),
    /** User id. */
    sub: z.uuid(),
    /** Of a user. */
    email: z.string().optional(),
    /** Of a guest, who has no address. */
    guest: z.literal(true).optional(),
    /** Of a user who is in another group than `user`. */
    group: z.enum(REGISTERED_GROUPS).optional(),
    /** Session id. Gateways refuse the tokens of a session that was ended. */
    sid: z.string().optional(),
    /** Seconds since 1970. */
    iat: z.number(),
    exp: z.number(),
    jti: z.string(),
  })
  .refine(({ email, guest, group }) => (email === undefined) === (guest === true) && !(guest && group));
export type Claims = z.infer<typeof claims>;

export interface Tokens {
  /** Returns a signed access token. @param sessionId the session that it belongs to */
  sign(user: User, sessionId?: string): Promise<string>;
  /** Throws `invalid_token`. */
  verify(token: string): Promise<Claims>;
  /** Lifetime of an access token. */
  seconds: number;
}

interface Options {
  keys: SigningKeys;
  issuer: string;
  audience: string;
  /** Lifetime of an access token. */
  seconds: number;
  now?: () => number;
}

export function createTokens({ keys, issuer, audience, seconds, now = Date.now }: Options): Tokens {
  return {
    seconds,

    async sign({ id, email, group }, sid) {
      const { signing } = await keys();
      const issued = Math.floor(now() / 1000);
      const identity = email === null ? { guest: true } : { email, ...(group && { group }) };
      return new SignJWT({ ...identity, ...(sid !== undefined && { sid }) })
        .setProtectedHeader({ alg: ALGORITHM, kid: signing.kid, typ: TYPE })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(id)
        .setIssuedAt(issued)
        .setExpirationTime(issued + seconds)
        .setJti(randomUUID())
        .sign(signing.key);
    },

    async verify(token) {
      const { find } = await keys();
      try {
        const { payload } = await jwtVerify(token, find, {
          algorithms: [ALGORITHM],
          issuer,
          audience,
          typ: TYPE,
          currentDate: new Date(now()),
        });
        const verified = claims.parse(payload);
        if (hasPlausibleTimes(verified, now() / 1000)) return verified;
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw invalidToken(error);
        throw error;
      }
      throw invalidToken();
    },
  };
}
