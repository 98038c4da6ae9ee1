import type { Context } from 'koa';
import { LRUCache } from 'lru-cache';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { createFairSemaphore, type FairSemaphore } from '../../shared/runtime/fair-semaphore.ts';
import type { ClientAddress } from '../limits/client-address.ts';
import { overloaded } from '../limits/quota.ts';

const RETRY_SECONDS = 2;
const MAX_WAIT_MS = 10_000;

/**
 * The most calls to auth that are running, and that are waiting. A client can cause these calls without an account. A login
 * costs auth tens of milliseconds of CPU time, so logins have a limit of their own, and users stay logged in under a flood of
 * logins. Together, the running calls leave connections for the fetch of auth's keys (services/shared/dapr/sidecar.ts).
 *
 * `reserved` calls among those that run are for addresses from which nothing was refused lately. So a flood from many addresses
 * does not take all of them.
 */
const LIMITS = {
  /** `/login` and `/register`. Even with one processor, the last of the waiting calls is served within seconds. */
  passwords: { underWay: 16, waiting: 48, reserved: 8 },
  /** `/refresh` and `/logout`. Each is a few reads of the database. */
  sessions: { underWay: 16, waiting: 240, reserved: 0 },
  /** Sign-ins at other systems, which may take seconds to answer. */
  providers: { underWay: 8, waiting: 40, reserved: 0 },
  /** Requests for the link of a mail. Each takes a fixed time, and anybody can cause them. */
  mails: { underWay: 16, waiting: 48, reserved: 0 },
  /** New guests. Each is two writes to the database, and anybody can cause them. */
  guests: { underWay: 4, waiting: 60, reserved: 0 },
} as const;

export type AccountLimit = keyof typeof LIMITS;

/** How long a refusal counts, and how many addresses are remembered. Refusals decide only who waits, so each gateway has its own. */
const REFUSAL_MS = 10 * 60_000;
const MAX_ADDRESSES = 10_000;
/** Statuses of a login or a registration that did not tell who somebody is. */
const REFUSALS = [401, 409, 429];

interface Reply {
  status: number;
}

/**
 * Makes a call to auth for a request, once fewer calls are running than the limit allows. Addresses take turns, and those from which
 * nothing was refused lately come first. Throws `unavailable` with `Retry-After` at once when too many calls are waiting already,
 * or after {@link MAX_WAIT_MS}.
 */
export type RunLimited = <T extends Reply>(
  limit: AccountLimit,
  context: Pick<Context, 'req' | 'res'>,
  call: () => Promise<T>,
) => Promise<T>;

export function createAccountLimits(clientAddress: ClientAddress): RunLimited {
  const semaphores: Record<AccountLimit, FairSemaphore> = {
    passwords: limitedTo(LIMITS.passwords),
    sessions: limitedTo(LIMITS.sessions),
    mails: limitedTo(LIMITS.mails),
    guests: limitedTo(LIMITS.guests),
    providers: limitedTo(LIMITS.providers),
  };
  const refusals = new LRUCache<string, number>({ max: MAX_ADDRESSES, ttl: REFUSAL_MS });

  return async (limit, { req, res }, call) => {
    const key = clientAddress(req) ?? '';
    const rank = refusals.get(key) ?? 0;
    // The signal ends only the wait. A call that has started goes on when the client goes away.
    const reply = await semaphores[limit].run({ key, rank, isTrusted: rank === 0 }, call, closedSignal(res));
    if (limit === 'passwords' && REFUSALS.includes(reply.status))
      refusals.set(key, (refusals.get(key) ?? 0) + 1);
    return reply;
  };
}

const limitedTo = (limit: { underWay: number; waiting: number; reserved: number }): FairSemaphore =>
  createFairSemaphore({
    permits: limit.underWay,
    reserved: limit.reserved,
    maxWaiting: limit.waiting,
    maxWaitMs: MAX_WAIT_MS,
    full: tooManyAccountRequests,
  });

const tooManyAccountRequests = () =>
  overloaded('unavailable', 'too many account requests at the moment; try again shortly', RETRY_SECONDS);
