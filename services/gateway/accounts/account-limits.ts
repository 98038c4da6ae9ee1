import type { Context } from 'koa';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { createSemaphore, type Semaphore } from '../../shared/runtime/semaphore.ts';
import { overloaded } from '../limits/quota.ts';

const RETRY_SECONDS = 2;
const MAX_WAIT_MS = 10_000;

/**
 * Calls to auth that a client may cause without an account, under way and waiting. A login costs auth tens of milliseconds of a
 * processor, so logins have a limit apart from what users need to stay logged in. All that is under way together leaves
 * connections for the fetch of auth's keys (services/shared/sidecar.ts).
 */
const LIMITS = {
  /** `/login` and `/register`: of these, even the last that waits is served within seconds by one processor. */
  passwords: { underWay: 16, waiting: 48 },
  /** `/refresh` and `/logout`: a few reads of the database. */
  sessions: { underWay: 16, waiting: 240 },
} as const;

export type AccountLimit = keyof typeof LIMITS;

/**
 * Makes a call to auth for a request when it is its turn. Throws `unavailable` with `Retry-After` at once when too many wait
 * already, or after a while of waiting.
 */
export type InTurn = <T>(limit: AccountLimit, context: Context, call: () => Promise<T>) => Promise<T>;

export function createAccountLimits(): InTurn {
  const semaphores: Record<AccountLimit, Semaphore> = {
    passwords: limitedTo(LIMITS.passwords),
    sessions: limitedTo(LIMITS.sessions),
  };
  // The signal ends the wait alone: a call that has begun goes on, whether or not anybody waits for its answer.
  return (limit, { res }, call) => semaphores[limit].run(call, closedSignal(res));
}

const limitedTo = ({ underWay, waiting }: { underWay: number; waiting: number }): Semaphore =>
  createSemaphore(underWay, { maxWaiting: waiting, maxWaitMs: MAX_WAIT_MS, full: tooManyAccountRequests });

const tooManyAccountRequests = () =>
  overloaded('unavailable', 'too many account requests at the moment; try again shortly', RETRY_SECONDS);
