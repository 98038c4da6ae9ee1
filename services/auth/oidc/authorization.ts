import * as client from 'openid-client';
import { z } from 'zod';
import { AppError } from '../../shared/runtime/errors.ts';
import { parseJson } from '../../shared/runtime/parse-json.ts';
import type { Seal } from '../seal.ts';
import { type Discover, providerUnavailable } from './discovery.ts';
import { type Identity, readIdentity } from './identity.ts';
import type { ProviderSettings } from './settings.ts';

/** How long somebody may take at the provider. */
const ATTEMPT_MS = 10 * 60_000;

const session = z.object({ userId: z.string(), sessionId: z.string() });

/** In which session a login was begun. It is read from an access token, and kept in the sealed attempt. */
const begunBy = z.object({
  /** Of the owner who joins the identity to the account. */
  join: session.optional(),
  /** Of a guest. `mayLeave`: whether to sign in to an account that the identity has already, which abandons the guest's jobs. */
  guest: session.extend({ mayLeave: z.boolean() }).optional(),
});
export type BegunBy = z.output<typeof begunBy>;
export type JoinBy = NonNullable<BegunBy['join']>;
export type GuestBy = NonNullable<BegunBy['guest']>;

const attempt = begunBy.extend({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  until: z.number(),
});

/** What the gateway keeps in a cookie of the browser while its user is at the provider. It is encrypted. */
export type SealedAttempt = string;

/** A login at a provider: authorization code flow with PKCE, state and nonce. */
export interface Authorization {
  /** Returns where the browser goes. Throws `unavailable`. */
  begin(by?: BegunBy): Promise<{ url: string; attempt: SealedAttempt }>;
  /**
   * Returns who came back from the provider, and in which session that was begun. Throws `sign_in_failed`, `sign_in_cancelled` and
   * `unavailable`.
   * @param query the parameters that the provider has added to our address
   */
  complete(query: string, sealed: SealedAttempt): Promise<{ identity: Identity } & BegunBy>;
}

interface Options {
  settings: ProviderSettings;
  discover: Discover;
  seal: Seal;
  /** Where the provider sends the browser back. It is fixed, and never taken from a request. */
  redirectUri: string;
  /** Notes that an attempt was used. Returns false where it was before. */
  spend: (token: string, until: Date) => Promise<boolean>;
  now?: () => number;
}

/**
 * What the attempt of a guest is sealed for. A replica of a release that knows no guests cannot open it, so it refuses the answer and
 * makes no account of somebody else, without the jobs. No id of a provider has a colon.
 */
const ofGuest = ({ id }: ProviderSettings) => `${id}:guest`;

export function createAuthorization(options: Options): Authorization {
  const { settings, discover, seal, redirectUri, spend, now = Date.now } = options;

  /** Throws `sign_in_failed` for an attempt that was used before. Each use could be a request to the provider. */
  async function spendAttempt({ state, until }: z.output<typeof attempt>, query: string): Promise<void> {
    // An answer with another state causes no request and is refused anyway, so nothing is stored for it.
    if (new URLSearchParams(query).get('state') !== state)
      throw signInFailed('this answer of the provider is for another sign-in: begin again');
    if (!(await spend(state, new Date(until))))
      throw signInFailed('this sign-in was completed already: begin again');
  }

  /** Throws `sign_in_failed` where this browser has not begun a login at this provider, or long ago. */
  function openAttempt(sealed: SealedAttempt): z.output<typeof attempt> {
    const text = seal.open(sealed, settings.id) ?? seal.open(sealed, ofGuest(settings));
    const found = text === undefined ? undefined : attempt.safeParse(parseJson(text)).data;
    if (!found || found.until <= now())
      throw signInFailed('this sign-in was not begun in this browser, or took too long: begin again');
    return found;
  }

  return {
    async begin(by) {
      const configuration = await discover();
      const verifier = client.randomPKCECodeVerifier();
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const url = client.buildAuthorizationUrl(configuration, {
        ...{ redirect_uri: redirectUri, scope: settings.scopes.join(' '), state, nonce },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const opened = { state, nonce, verifier, until: now() + ATTEMPT_MS, ...by };
      const context = by?.guest ? ofGuest(settings) : settings.id;
      return { url: url.href, attempt: seal.close(JSON.stringify(opened), context) };
    },

    async complete(query, sealed) {
      const opened = openAttempt(sealed);
      const { state, nonce, verifier, join, guest } = opened;
      await spendAttempt(opened, query);
      const configuration = await discover();
      const here = new URL(redirectUri);
      here.search = query;
      try {
        const tokens = await client.authorizationCodeGrant(configuration, here, {
          ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
          idTokenExpected: true,
        });
        return { identity: await readIdentity(configuration, tokens, settings), join, guest };
      } catch (error) {
        throw toAppError(error, settings);
      }
    },
  };
}

export const signInFailed = (detail: string, cause?: unknown): AppError =>
  new AppError('sign_in_failed', detail, { cause });

/** What the provider has sent is wrong, or says no. */
const REFUSALS = [
  client.AuthorizationResponseError,
  client.ResponseBodyError,
  client.WWWAuthenticateChallengeError,
  client.ClientError,
  z.ZodError,
];

function toAppError(error: unknown, settings: ProviderSettings): Error {
  if (error instanceof AppError) return error;
  if (error instanceof client.AuthorizationResponseError && error.error === 'access_denied')
    return new AppError('sign_in_cancelled', `the sign-in with ${settings.name} was cancelled`);
  if (isOutage(error)) return providerUnavailable(settings, withoutClaims(error));
  // Anything else is a fault of ours.
  if (!REFUSALS.some((kind) => error instanceof kind)) return withoutClaims(error);
  return signInFailed(`the sign-in with ${settings.name} did not succeed: begin again`, withoutClaims(error));
}

/** Whether the provider could not be reached, or had an error of its own. */
function isOutage(error: unknown): boolean {
  if (error instanceof client.ResponseBodyError) return error.status >= 500;
  if (error instanceof client.ClientError) {
    if (error.code === 'OAUTH_TIMEOUT') return true;
    return error.cause instanceof Response && error.cause.status >= 500;
  }
  if (error instanceof client.WWWAuthenticateChallengeError) return error.status >= 500;
  // The error of `fetch` for a connection that could not be made, or broke off.
  return error instanceof TypeError && error.message === 'fetch failed';
}

/** The cause of these errors holds claims and tokens, which must not get into the log. */
function withoutClaims(error: unknown): Error {
  const { name, message, code, error: reason } = error as Error & { code?: string; error?: string };
  return new Error(`${name}: ${message}${code ? ` (${code})` : ''}${reason ? ` (${reason})` : ''}`);
}
