import { createBoundedCache } from '../../shared/runtime/bounded-cache.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import { currentCaller, runAsCaller } from './caller.ts';
import type { KnownAddresses } from './known-addresses.ts';
import type { LimitState, StoredLimiter } from './stored-limiter.ts';
import { tooMany } from './too-many.ts';

/**
 * Limits how often passwords may be guessed (OWASP ASVS 5.0, 6.3.1), and lets no flood lock an owner out. Only wrong passwords
 * count, and a password is not even compared once too many were wrong.
 *
 * - From an address from which the owner has logged in before, the wrong logins to this account from there count.
 * - From any other address, the wrong logins from that address count, and those to the account from all such addresses. So an
 *   attacker gets few guesses at an account however many addresses there are, and its owner still logs in from the known one.
 */
export interface LoginLimits {
  /**
   * Runs a check of a password for an account, which need not exist. The check throws `invalid_credentials` for a wrong password,
   * and `email_taken` where a registration has shown one. Throws `too_many_requests`.
   */
  guard<T>(account: string, check: () => Promise<T>): Promise<T>;
  /**
   * The same for whoever is signed in to the account and gives its password once more, where a wrong one throws `wrong_password`.
   * All sessions of an account together have the limit of a known address, which is apart from those of logins: a flood of logins
   * keeps no owner from changing the password, and a borrowed session guesses no more often than a login could.
   */
  guardSignedIn<T>(account: string, check: () => Promise<T>): Promise<T>;
  /**
   * The same as `guard` for a registration that makes an account at once. It is refused by the limit of the account only where there
   * is such an account, which the answer tells in any case.
   */
  guardRegistration<T>(account: string, check: () => Promise<T>): Promise<T>;
  /**
   * Runs a registration whose address has to be confirmed, and which tells nothing about a password. No limit of logins counts for
   * it, because with one its answer would tell whether there is an account. It only takes its turn by the address.
   */
  runUnproven<T>(register: () => Promise<T>): Promise<T>;
  /**
   * Remembers the caller's address as one of the owner's. Call it only where the caller has proved to be the owner: by a whole sign-in
   * (remember-sign-ins.ts), by the right password, or by the link of a mail.
   */
  remember(account: string): Promise<void>;
}

export interface LoginLimitPorts {
  known: KnownAddresses;
  perAccount: StoredLimiter;
  perKnownAddress: StoredLimiter;
  perAddress: StoredLimiter;
}

/** Wrong logins by address, as this replica has seen them. They decide only who waits. */
const WRONG_MS = 10 * 60_000;
const MAX_ADDRESSES = 10_000;

type Kind = 'login' | 'registration' | 'signed-in';

interface Counted {
  limiter: StoredLimiter;
  key: string;
}

const isWrongPassword = (error: unknown): boolean =>
  isAppError(error, 'invalid_credentials') ||
  isAppError(error, 'email_taken') ||
  isAppError(error, 'wrong_password');

const tooManyLogins = ({ limiter }: Counted, state: LimitState) => tooMany('wrong logins', limiter, state);

export function createLoginLimits(ports: LoginLimitPorts): LoginLimits {
  const { known, perAccount, perKnownAddress, perAddress } = ports;
  const wrong = createBoundedCache<string, number>(MAX_ADDRESSES, WRONG_MS);
  const wrongFrom = (address: string | undefined): number => wrong.get(address ?? '') ?? 0;

  function countedFor(account: string, address: string | undefined, isKnown: boolean): Counted[] {
    if (isKnown) return [{ limiter: perKnownAddress, key: `${account}\n${address}` }];
    const forAccount = { limiter: perAccount, key: account };
    // Where the gateway did not say the address, all callers must not share one limit.
    return address === undefined ? [forAccount] : [{ limiter: perAddress, key: address }, forAccount];
  }

  async function run<T>(account: string, check: () => Promise<T>, kind: Kind): Promise<T> {
    const { address } = currentCaller();
    const isKnown = address !== undefined && (await known.has(account, address));
    const counted =
      kind === 'signed-in'
        ? [{ limiter: perKnownAddress, key: `${account}\n${kind}` }]
        : countedFor(account, address, isKnown);
    const states = await Promise.all(counted.map(({ limiter, key }) => limiter.read(key)));
    counted.forEach((one, at) => {
      const state = states[at];
      const isRefused = state?.isReached && !(kind === 'registration' && one.limiter === perAccount);
      if (isRefused) throw tooManyLogins(one, state);
    });
    // Others may have been wrong while this one was waiting for its turn.
    const beforeCheck = () => {
      for (const one of counted) {
        const state = one.limiter.known(one.key);
        if (state) throw tooManyLogins(one, state);
      }
    };
    // It changes while the caller waits: of many that came at once, all but the first are late.
    const rank = () => (isKnown ? 0 : Math.max(states[0]?.count ?? 0, wrongFrom(address)));
    try {
      return await runAsCaller({ isKnown, rank, beforeCheck }, check);
    } catch (error) {
      if (isWrongPassword(error)) {
        if (address !== undefined) wrong.set(address, wrongFrom(address) + 1);
        await Promise.all(counted.map(({ limiter, key }) => limiter.count(key)));
      }
      throw error;
    }
  }

  return {
    guard: (account, check) => run(account, check, 'login'),
    guardSignedIn: (account, check) => run(account, check, 'signed-in'),
    guardRegistration: (account, check) => run(account, check, 'registration'),
    runUnproven(register) {
      const { address } = currentCaller();
      return runAsCaller({ rank: () => wrongFrom(address) }, register);
    },
    async remember(account) {
      const { address } = currentCaller();
      if (address !== undefined) await known.remember(account, address);
    },
  };
}
