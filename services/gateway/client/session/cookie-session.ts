import type { ErrorCode } from '../../../shared/runtime/errors.ts';
import type { Account, Limits } from '../../accounts/session-view.ts';
import { isProblem } from '../http/errors.ts';
import { jsonContent } from '../http/json-content.ts';
import { basicAuthorization, type Credentials, type Registration } from './accounts.ts';
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
   * Signs in by what a person has beside a password: the code of a second factor, or a passkey.
   * @param path of a route that answers with the session
   */
  signInBy(path: string, proof: object, signal: AbortSignal): Promise<void>;
  /**
   * Starts as a guest, unless somebody is signed in: they stay so. Resolves with whoever is then.
   * @throws ProblemError `forbidden` where the gateway has no guests
   */
  startAsGuest(signal: AbortSignal): Promise<Account | null>;
  /**
   * Gives a guest an address and a password. The account keeps its id and its jobs. Idempotent: it may be repeated where the
   * response was lost.
   * @throws ProblemError `invalid_email`, `weak_password`, `email_taken`, and `state_conflict` for somebody who is no guest
   */
  registerGuest(credentials: Credentials, signal: AbortSignal): Promise<Registration>;
  /**
   * Renews the session where it ends soon. A page calls it now and then, because requests of elements such as `<audio src>`
   * cannot renew it. Ignores errors: the next request reports them.
   */
  keepAlive(): Promise<void>;
}

export function createCookieSession(ports: CookieRenewalPorts): CookieSession {
  const { transport, signal: always } = ports;
  const renewal = createCookieRenewal(ports);
  const { current, know, request, read: readSession, isDue, renew, change } = renewal;

  /** Does the work in a session that is not about to end, and once more where the gateway says that it has ended. */
  async function renewed<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    // While auth is away, the access token is still valid.
    if (isDue()) await renew(signal).catch(unless('unavailable'));
    try {
      return await work();
    } catch (error) {
      if (!isProblem(error, 'invalid_token')) throw error;
      await renew(signal);
      return work();
    }
  }

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
    async signInBy(path, proof, signal) {
      await change(async () => know(await request({ method: 'POST', path, ...jsonContent(proof) }, signal)));
    },
    async startAsGuest(signal) {
      await change(async () => know(await request({ method: 'POST', path: '/session/guest' }, signal)));
      return current();
    },
    async registerGuest(credentials, signal) {
      const path = '/session/registration';
      const registration = { method: 'POST', path, ...jsonContent(credentials) } as const;
      const register = async (): Promise<Registration> => {
        const reply = await transport.send({ ...registration, signal });
        if (reply.status !== 202) {
          know(await readSession(reply));
          return 'ready';
        }
        await reply.discard();
        return 'verification_sent';
      };
      return renewed(() => change(register), signal);
    },
    async send(sent) {
      return renewed(() => transport.send(sent), sent.signal);
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
