import type { Context } from 'koa';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { createSemaphore, type Semaphore } from '../../shared/runtime/semaphore.ts';
import { overloaded } from '../limits/quota.ts';

const RETRY_SECONDS = 2;
const MAX_WAIT_MS = 10_000;

/**
 * The most calls to auth that are running, and that are waiting. A client can cause these calls without an account. A login
 * costs auth tens of milliseconds of CPU time, so logins have a limit of their own, and users stay logged in under a flood of
 * logins. Together, the running calls leave connections for the fetch of auth's keys (services/shared/dapr/sidecar.ts).
 */
const LIMITS = {
  /** `/login` and `/register`. Even with one processor, the last of the waiting calls is served within seconds. */
  passwords: { underWay: 16, waiting: 48 },
  /** `/refresh` and `/logout`. Each is a few reads of the database. */
  sessions: { underWay: 16, waiting: 240 },
  /** Sign-ins at other systems, which may take seconds to answer. */
  providers: { underWay: 8, waiting: 40 },
  /** Requests for the link of a mail. Each takes a fixed time, and anybody can cause them. */
  mails: { underWay: 16, waiting: 48 },
  /** New guests. Each is two writes to the database, and anybody can cause them. */
  guests: { underWay: 4, waiting: 60 },
} as const;

export type AccountLimit = keyof typeof LIMITS;

/**
 * Makes a call to auth for a request, once fewer calls are running than the limit allows. Throws `unavailable` with `Retry-After`
 * at once when too many calls are waiting already, or after {@link MAX_WAIT_MS}.
 */
export type RunLimited = <T>(limit: AccountLimit, context: Context, call: () => Promise<T>) => Promise<T>;

export function createAccountLimits(): RunLimited {
  const semaphores: Record<AccountLimit, Semaphore> = {
    passwords: limitedTo(LIMITS.passwords),
    sessions: limitedTo(LIMITS.sessions),
    mails: limitedTo(LIMITS.mails),
    guests: limitedTo(LIMITS.guests),
    providers: limitedTo(LIMITS.providers),
  };
  // The signal ends only the wait. A call that has started goes on when the client goes away.
  return (limit, { res }, call) => semaphores[limit].run(call, closedSignal(res));
}

const limitedTo = ({ underWay, waiting }: { underWay: number; waiting: number }): Semaphore =>
  createSemaphore(underWay, { maxWaiting: waiting, maxWaitMs: MAX_WAIT_MS, full: tooManyAccountRequests });

const tooManyAccountRequests = () =>
  overloaded('unavailable', 'too many account requests at the moment; try again shortly', RETRY_SECONDS);
