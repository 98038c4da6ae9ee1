import type { ErrorCode } from '../../../shared/runtime/errors.ts';
import type { Account, Limits } from '../../accounts/session-view.ts';
import { isProblem } from '../http/errors.ts';
import { basicAuthorization, type Credentials } from './accounts.ts';
import { type CookieRenewalPorts, createCookieRenewal, NOBODY } from './cookie-renewal.ts';
import type { Session } from './session.ts';

/** The session of a page, whose tokens are in cookies that only the browser and the gateway see. */
export interface CookieSession extends Session {
  /** What whoever is signed in may do. Null for nobody. */
  readonly limits: Limits | null;
  /** What a guest may do. Null where nobody can start as a guest. */
  readonly guestLimits: Limits | null;
  /** Asks who is signed in, and continues the session where that is possible. Resolves with null for nobody. */
  open(signal: AbortSignal): Promise<Account | null>;
  /**
   * Renews the session where it ends soon. A page calls it now and then, because requests of elements such as `<audio src>`
   * cannot renew it. Ignores errors: the next request reports them.
   */
  keepAlive(): Promise<void>;
  /** Starts without an account, unless another tab has signed somebody in. @throws ProblemError `forbidden`, `too_many_requests` */
  startAsGuest(signal: AbortSignal): Promise<void>;
  /** Gives a guest an address and a password. @throws ProblemError `email_taken`, `invalid_email`, `weak_password` */
  registerGuest(credentials: Credentials, signal: AbortSignal): Promise<void>;
}

export function createCookieSession(ports: CookieRenewalPorts): CookieSession {
  const { transport, signal: always } = ports;
  const renewal = createCookieRenewal(ports);
  const { current, know, request, isDue, renew, change } = renewal;

  return {
    url: transport.url,
    get account() {
      return current()?.id;
    },
    get limits() {
      return renewal.limits();
    },
    get guestLimits() {
      return renewal.guestLimits();
    },
    async keepAlive() {
      if (isDue()) await renew(always).catch(() => undefined);
    },
    async open(signal) {
      const view = await request({ method: 'GET', path: '/session' }, signal);
      if (view.account !== null || !view.renewable) know(view);
      else await renew(signal).catch(unless('invalid_token'));
      return current();
    },
    async signIn(credentials, signal) {
      const headers = { authorization: basicAuthorization(credentials) };
      await change(async () => know(await request({ method: 'POST', path: '/session', headers }, signal)));
    },
    startAsGuest: (signal) =>
      change(async () => {
        const present = await request({ method: 'GET', path: '/session' }, signal);
        const isFree = present.account === null;
        know(isFree ? await request({ method: 'POST', path: '/session/guest' }, signal) : present);
      }),
    registerGuest: (credentials, signal) =>
      change(async () => {
        const headers = { 'content-type': 'application/json' };
        const body = () => JSON.stringify(credentials);
        know(await request({ method: 'POST', path: '/session/registration', headers, body }, signal));
      }),
    async send(sent) {
      // While auth is away, the access token is still valid.
      if (isDue()) await renew(sent.signal).catch(unless('unavailable'));
      try {
        return await transport.send(sent);
      } catch (error) {
        if (!isProblem(error, 'invalid_token')) throw error;
        await renew(sent.signal);
        return transport.send(sent);
      }
    },
    async logOut(signal) {
      try {
        const reply = await change(() => transport.send({ method: 'DELETE', path: '/session', signal }));
        await reply.discard();
      } catch (error) {
        // The gateway has deleted the cookies, but could not tell auth.
        if (isProblem(error, 'unavailable')) know(NOBODY);
        throw error;
      }
      know(NOBODY);
    },
  };
}

/** Throws every error but the one of this code. */
const unless =
  (code: ErrorCode) =>
  (error: unknown): void => {
    if (!isProblem(error, code)) throw error;
  };
