import { abortable } from '../../../shared/runtime/abortable.ts';
import { tokenGrant } from '../../accounts/token-grant.ts';
import type { Clock } from '../http/clock.ts';
import { ClientError, isProblem } from '../http/errors.ts';
import { jsonContent } from '../http/json-content.ts';
import type { Reply } from '../http/reply.ts';
import type { Transport } from '../http/transport.ts';
import type { StoredTokens, TokenStore, Tokens } from './tokens.ts';

export interface RenewalPorts {
  transport: Transport;
  tokens: TokenStore;
  clock: Clock;
  /** Logs in again where the refresh token is refused. Without it, the caller gets the error and asks for the password. */
  logIn?: (signal: AbortSignal) => Promise<Tokens>;
  /** Ends a refresh. Several requests may wait for one refresh, so it cannot end with the signal of any of them. */
  signal: AbortSignal;
}

export interface TokenRenewal {
  /** Stores new tokens. */
  keep(received: Tokens): StoredTokens;
  /** The stored tokens, or new ones where these expire soon. */
  usable(signal: AbortSignal): Promise<StoredTokens>;
  /** Other tokens than the given ones, which the gateway has refused. */
  replace(refused: StoredTokens, signal: AbortSignal): Promise<StoredTokens>;
}

const EARLY_MS = 30_000;

/** Renews the tokens of a session. A refresh token works once, so requests at the same time share one refresh. */
export function createTokenRenewal(ports: RenewalPorts): TokenRenewal {
  const { tokens, clock } = ports;
  let renewal: Promise<StoredTokens> | undefined;

  function keep(received: Tokens): StoredTokens {
    const stored = { ...received, expires_at: clock.now() + received.expires_in * 1000 };
    tokens.set(stored);
    return stored;
  }

  function renew(signal: AbortSignal): Promise<StoredTokens> {
    // Without this check nobody would handle a failure of the renewal.
    signal.throwIfAborted();
    renewal ??= requestNewTokens(ports)
      .then(keep)
      .finally(() => {
        renewal = undefined;
      });
    return abortable(renewal, signal);
  }

  return {
    keep,
    async usable(signal) {
      const stored = tokens.get();
      return stored && !expiresSoon(stored, clock.now()) ? stored : renew(signal);
    },
    async replace(refused, signal) {
      const latest = tokens.get();
      // Another request may have replaced the tokens while this one was on its way.
      const isReplaced = latest !== undefined && latest.access_token !== refused.access_token;
      return isReplaced ? latest : renew(signal);
    },
  };
}

/**
 * A token that is valid for less than a minute is renewed at half of its
 * life, so that it is not renewed for each request.
 */
const expiresSoon = ({ expires_at, expires_in }: StoredTokens, now: number): boolean =>
  now > expires_at - Math.min(EARLY_MS, expires_in * 500);

/** Refreshes, or logs in where the refresh token is refused. @throws ProblemError `invalid_token` where it cannot log in */
async function requestNewTokens({ transport, tokens, logIn, signal }: RenewalPorts): Promise<Tokens> {
  const current = tokens.get();
  try {
    if (current) return await refresh(transport, current, signal);
  } catch (error) {
    if (!isProblem(error, 'invalid_token')) throw error;
    tokens.set(undefined);
    if (!logIn) throw error;
  }
  if (!logIn) throw new ClientError('There is no session: log in first.');
  return logIn(signal);
}

async function refresh(transport: Transport, current: Tokens, signal: AbortSignal): Promise<Tokens> {
  const reply = await postRefreshToken(transport, '/refresh', current, signal);
  return reply.json(tokenGrant);
}

/** Sends the refresh token to one of the two routes that take it. @throws ProblemError `invalid_token` */
export const postRefreshToken = (
  transport: Transport,
  path: '/refresh' | '/logout',
  { refresh_token }: Tokens,
  signal: AbortSignal,
): Promise<Reply> =>
  transport.send({
    method: 'POST',
    path,
    ...jsonContent({ refresh_token }),
    signal,
  });
