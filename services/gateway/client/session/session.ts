import { isProblem } from '../http/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { ApiRequest } from '../http/transport.ts';
import { type Credentials, requestTokens } from './accounts.ts';
import { createTokenRenewal, postRefreshToken, type RenewalPorts } from './token-renewal.ts';
import type { StoredTokens, Tokens } from './tokens.ts';

/** Sends requests as a logged-in user. Replaces the access token when it has expired or soon will. */
export interface Session {
  readonly url: string;
  /** Whose session it is, where that is known: uploads of another account are not resumed. */
  readonly account?: string | undefined;
  /** Like `Transport.send`. @throws ProblemError `invalid_token` when the user has to log in again */
  send(request: ApiRequest): Promise<Reply>;
  /** @throws ProblemError `invalid_credentials` */
  signIn(credentials: Credentials, signal: AbortSignal): Promise<void>;
  /** Revokes the tokens and forgets them. Ignores errors, because the tokens expire anyway. */
  logOut(signal: AbortSignal): Promise<void>;
}

/** A session that sends an access token with each request. */
export interface TokenSession extends Session {
  /** Takes over the tokens of a login. @param account whose they are, such as an address */
  start(tokens: Tokens, account?: string): void;
}

export function createSession(ports: RenewalPorts): TokenSession {
  const { transport, tokens } = ports;
  const renewal = createTokenRenewal(ports);
  let owner: string | undefined;

  const sendWith = ({ access_token }: StoredTokens, request: ApiRequest) => {
    const headers = { ...request.headers, authorization: `Bearer ${access_token}` };
    return transport.send({ ...request, headers });
  };

  const start = (received: Tokens, account?: string) => {
    renewal.keep(received);
    owner = account;
  };

  return {
    url: transport.url,
    get account() {
      return owner;
    },
    async send(request) {
      const current = await renewal.usable(request.signal);
      try {
        return await sendWith(current, request);
      } catch (error) {
        if (!isProblem(error, 'invalid_token')) throw error;
        return sendWith(await renewal.replace(current, request.signal), request);
      }
    },
    start,
    async signIn(credentials, signal) {
      start(await requestTokens(transport, credentials, signal), credentials.email);
    },
    async logOut(signal) {
      const current = tokens.get();
      tokens.set(undefined);
      if (!current) return;
      const reply = await postRefreshToken(transport, '/logout', current, signal).catch(() => undefined);
      await reply?.discard().catch(() => undefined);
    },
  };
}
