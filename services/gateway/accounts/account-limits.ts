import type { Context } from 'koa';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { createBoundedCache } from '../../shared/runtime/bounded-cache.ts';
import type { ErrorCode } from '../../shared/runtime/errors.ts';
import { createFairSemaphore, type FairSemaphore } from '../../shared/runtime/fair-semaphore.ts';
import type { ClientAddress } from '../limits/client-address.ts';
import { overloaded } from '../limits/quota.ts';
import { createProviderTurns } from './provider-turns.ts';

const RETRY_SECONDS = 2;
const MAX_WAIT_MS = 10_000;

/**
 * The most calls to auth that are running, and that are waiting. A client can cause these calls without an account. A login
 * costs auth tens of milliseconds of CPU time, so logins have a limit of their own, and users stay logged in under a flood of
 * logins. Together, the running calls leave connections for the fetch of auth's keys (services/shared/dapr/sidecar.ts).
 *
 * `reserved` calls run beside those that are `underWay`, for addresses from which somebody has logged in lately and from which
 * nothing was refused since. So a flood delays nobody there, however many addresses it has. Addresses from which something was
 * refused lately leave another half of the calls to those of which nothing is known.
 */
const LIMITS = {
  /** `/login` and `/register`. Even with one processor, the last of the waiting calls is served within seconds. */
  passwords: { underWay: 16, waiting: 48, reserved: 4, forNew: 8 },
  /** `/refresh` and `/logout`. Each is a few reads of the database. */
  sessions: { underWay: 16, waiting: 240, reserved: 0, forNew: 0 },
  /** Sign-ins at one other system, which may take seconds to answer. Each of a few has as many, see provider-turns.ts. */
  providers: { underWay: 4, waiting: 40, reserved: 0, forNew: 0 },
  /** Sign-ins by a passkey. Anybody can begin one, which neither reads nor writes the database. */
  passkeys: { underWay: 8, waiting: 60, reserved: 0, forNew: 0 },
  /** Requests for the link of a mail. Each takes a fixed time, and anybody can cause them. */
  mails: { underWay: 16, waiting: 48, reserved: 0, forNew: 0 },
  /** New guests. Each is two writes to the database, and anybody can cause them. */
  guests: { underWay: 4, waiting: 60, reserved: 0, forNew: 0 },
} as const;

export type AccountLimit = keyof typeof LIMITS;

/** How long an outcome counts, and how many addresses are remembered. It decides only who waits, so each gateway has its own. */
const OUTCOME_MS = 10 * 60_000;
/** Comes before an address of which nothing is known, whose rank is 0. */
const KNOWN = -1;
const MAX_ADDRESSES = 10_000;
/** Statuses of a login or a registration that did not tell who somebody is. */
const REFUSALS = [401, 409, 429];
/** Codes of a 403 that answers a guess. Another 403 may answer the right password, such as that of an unconfirmed address. */
const REFUSED_GUESSES: ErrorCode[] = ['wrong_password', 'wrong_code'];

interface Reply {
  status: number;
  body?: string;
}

/** What an answer of auth tells about an address. A 202 is the answer to all registrations and tells nothing. */
function outcomeOf({ status, body = '' }: Reply): 'success' | 'refusal' | 'neither' {
  if (REFUSALS.includes(status)) return 'refusal';
  if (status === 403) return REFUSED_GUESSES.some((code) => code === codeOf(body)) ? 'refusal' : 'neither';
  return status < 300 && status !== 202 ? 'success' : 'neither';
}

function codeOf(body: string): unknown {
  try {
    return JSON.parse(body)?.code;
  } catch {
    // The body of a sidecar's error need not be JSON.
    return undefined;
  }
}

/**
 * Makes a call to auth for a request, once fewer calls are running than the limit allows. Addresses take turns, and those from which
 * nothing was refused lately come first. Throws `unavailable` with `Retry-After` at once when too many calls are waiting already,
 * or after {@link MAX_WAIT_MS}.
 * @param provider at which somebody signs in, for the limit `providers`
 */
export type RunLimited = <T extends Reply>(
  limit: AccountLimit,
  context: Pick<Context, 'req' | 'res'>,
  call: () => Promise<T>,
  provider?: string,
) => Promise<T>;

export function createAccountLimits(clientAddress: ClientAddress): RunLimited {
  const providers = createProviderTurns(() => limitedTo(LIMITS.providers));
  const semaphores: Record<Exclude<AccountLimit, 'providers'>, FairSemaphore> = {
    passwords: limitedTo(LIMITS.passwords),
    sessions: limitedTo(LIMITS.sessions),
    mails: limitedTo(LIMITS.mails),
    guests: limitedTo(LIMITS.guests),
    passkeys: limitedTo(LIMITS.passkeys),
  };
  // The number of refusals, and KNOWN where there was a success and none of them.
  const ranks = createBoundedCache<string, number>(MAX_ADDRESSES, OUTCOME_MS);

  return async (limit, { req, res }, call, provider = '') => {
    const key = clientAddress(req) ?? '';
    const { reserved, forNew } = LIMITS[limit];
    const claimant = {
      key,
      get rank() {
        return ranks.get(key) ?? 0;
      },
      get leaves() {
        if (this.rank === KNOWN) return 0;
        return this.rank === 0 ? reserved : reserved + forNew;
      },
    };
    // The signal ends only the wait. A call that has started goes on when the client goes away.
    const semaphore = limit === 'providers' ? providers.of(provider) : semaphores[limit];
    const reply = await semaphore.run(claimant, call, closedSignal(res));
    if (limit === 'providers') providers.learn(provider, reply.status);
    if (limit !== 'passwords') return reply;
    const outcome = outcomeOf(reply);
    if (outcome === 'refusal') ranks.set(key, Math.max(0, claimant.rank) + 1);
    // A success after many refusals does not make a flood trusted.
    else if (outcome === 'success' && claimant.rank <= 0) ranks.set(key, KNOWN);
    return reply;
  };
}

const limitedTo = (limit: { underWay: number; waiting: number; reserved: number }): FairSemaphore =>
  createFairSemaphore({
    permits: limit.underWay + limit.reserved,
    maxWaiting: limit.waiting,
    maxWaitMs: MAX_WAIT_MS,
    full: tooManyAccountRequests,
  });

const tooManyAccountRequests = () =>
  overloaded('unavailable', 'too many account requests at the moment; try again shortly', RETRY_SECONDS);
