import { abortable } from '../../../shared/runtime/abortable.ts';
import { type SessionView, sessionView } from '../../accounts/session-view.ts';
import { isProblem } from '../http/errors.ts';
import type { ApiRequest, Transport } from '../http/transport.ts';
import { basicAuthorization } from './accounts.ts';
import type { Session } from './session.ts';

/** The session of a page, whose tokens are in cookies that only the browser and the gateway see. */
export interface CookieSession extends Session {
  /** Asks who is signed in, and continues the session where that is possible. */
  open(signal: AbortSignal): Promise<SessionView['account']>;
}

export interface CookieSessionPorts {
  /** Sends cookies, see `createTransport`. */
  transport: Transport;
  /**
   * Runs `work` while no other tab of this browser does, because a refresh token works once. A tab that has waited gets the
   * cookies of the tab before it. Default: only this tab waits.
   */
  exclusively?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
  /** Ends a renewal. Several requests may wait for one, so it cannot end with the signal of any of them. */
  signal: AbortSignal;
}

export function createCookieSession({
  transport,
  exclusively,
  signal: always,
}: CookieSessionPorts): CookieSession {
  const alone = exclusively ?? ((work) => work());
  let account: SessionView['account'] = null;
  let renewal: Promise<void> | undefined;

  const request = async (part: Omit<ApiRequest, 'signal'>, signal: AbortSignal) => {
    const reply = await transport.send({ ...part, signal });
    const view = await reply.json(sessionView);
    account = view.account;
    return view;
  };
  const ask = (signal: AbortSignal) => request({ method: 'GET', path: '/session' }, signal);

  /** Continues the session. Another tab may just have done so. */
  const renew = () =>
    alone(async () => {
      const { account: present } = await ask(always);
      if (present === null) await request({ method: 'POST', path: '/session/renewal' }, always);
    });

  const renewOnce = (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    renewal ??= renew().finally(() => {
      renewal = undefined;
    });
    return abortable(renewal, signal);
  };

  return {
    url: transport.url,
    get account() {
      return account?.email;
    },
    async open(signal) {
      const { renewable } = await ask(signal);
      try {
        if (account === null && renewable) await renewOnce(signal);
      } catch (error) {
        if (!isProblem(error, 'invalid_token')) throw error;
      }
      return account;
    },
    async signIn(credentials, signal) {
      const headers = { authorization: basicAuthorization(credentials) };
      await request({ method: 'POST', path: '/session', headers }, signal);
    },
    async send(sent) {
      try {
        return await transport.send(sent);
      } catch (error) {
        if (!isProblem(error, 'invalid_token')) throw error;
        await renewOnce(sent.signal);
        return transport.send(sent);
      }
    },
    async logOut(signal) {
      account = null;
      const reply = await transport.send({ method: 'DELETE', path: '/session', signal });
      await reply.discard();
    },
  };
}
