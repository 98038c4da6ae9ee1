import { abortable } from '../../../shared/runtime/abortable.ts';
import { type Account, type Limits, type SessionView, sessionView } from '../../accounts/session-view.ts';
import { type Clock, clock as systemClock } from '../http/clock.ts';
import { isProblem, UnreachableError } from '../http/errors.ts';
import type { Reply } from '../http/reply.ts';
import type { ApiRequest, Transport } from '../http/transport.ts';

export interface CookieRenewalPorts {
  /** Sends cookies, see `createTransport`. */
  transport: Transport;
  /**
   * Runs `work` while no other tab of this browser does, because a refresh token works once. A tab that has waited gets the
   * cookies of the tab before it. Default: only this tab waits.
   */
  exclusively?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
  /**
   * Called when somebody else is signed in than before, or nobody: also when the session has ended, when another tab has changed it,
   * and when a guest has registered.
   */
  onChange?: (account: Account | null) => void;
  clock?: Clock;
  /** Ends a renewal. Several requests may wait for one, so it cannot end with the signal of any of them. */
  signal: AbortSignal;
}

/**
 * For 30 seconds, auth answers with the same tokens to the same refresh token, so that a response may get lost. Three attempts
 * of 8 seconds and the pauses between them end before that.
 */
const RENEWAL = { attempts: 3, idleTimeoutMs: 8_000, pauseMs: 1_000 };

type SessionRequest = Pick<ApiRequest, 'method' | 'path' | 'headers' | 'idleTimeoutMs' | 'body'>;

type Known = Pick<SessionView, 'account' | 'limits' | 'renew_in'>;
/** What is known where nobody is signed in. */
export const NOBODY: Known = { account: null, limits: null, renew_in: null };

/** Knows who is signed in by the cookies of a page, and continues the session. */
export function createCookieRenewal(ports: CookieRenewalPorts) {
  const { transport, onChange, clock = systemClock, signal: always } = ports;
  const alone = ports.exclusively ?? ((work) => work());
  let { account, limits } = NOBODY;
  let guestLimits: Limits | null = null;
  let renewAt = Number.POSITIVE_INFINITY;
  let renewal: Promise<void> | undefined;

  const read = async (reply: Reply) => {
    const view = await reply.json(sessionView);
    guestLimits = view.guest_limits;
    return view;
  };
  const request = async (part: SessionRequest, signal: AbortSignal) =>
    read(await transport.send({ ...part, signal }));

  const know = ({ account: next, limits: allowed, renew_in }: Known) => {
    // A guest who registers keeps the id.
    const isOther = next?.id !== account?.id || next?.guest !== account?.guest;
    account = next;
    limits = allowed;
    renewAt = renew_in === null ? Number.POSITIVE_INFINITY : clock.now() + renew_in * 1000;
    if (isOther) onChange?.(next);
  };

  const isDue = () => account !== null && clock.now() >= renewAt;

  /** Another tab may have continued the session just now. */
  const renewUnlessDone = async () => {
    const { idleTimeoutMs } = RENEWAL;
    const present = await request({ method: 'GET', path: '/session', idleTimeoutMs }, always);
    if (present.account !== null) know(present);
    if (present.account !== null && !isDue()) return;
    know(await request({ method: 'POST', path: '/session/renewal', idleTimeoutMs }, always));
  };

  const renewWithRetries = async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await renewUnlessDone();
      } catch (error) {
        if (isProblem(error, 'invalid_token')) know(NOBODY);
        if (!(error instanceof UnreachableError) || attempt === RENEWAL.attempts) throw error;
        await clock.sleep(RENEWAL.pauseMs, always);
      }
    }
  };

  return {
    current: () => account,
    limits: () => limits,
    guestLimits: () => guestLimits,
    know,
    read,
    request,
    /** Whether somebody is signed in whose session ends soon. */
    isDue,
    /** Requests at the same time share one renewal. @throws ProblemError `invalid_token` when the session has ended */
    renew(signal: AbortSignal): Promise<void> {
      // Without this check nobody would handle a failure of the renewal.
      signal.throwIfAborted();
      renewal ??= alone(renewWithRetries).finally(() => {
        renewal = undefined;
      });
      return abortable(renewal, signal);
    },
    /**
     * Changes who is signed in, after a renewal that is under way and while no other tab renews. Otherwise the response of the
     * renewal might come last, and bring back the session that was there before.
     */
    async change<T>(work: () => Promise<T>): Promise<T> {
      await renewal?.catch(() => undefined);
      return alone(work);
    },
  };
}
