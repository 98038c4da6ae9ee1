import type { Limits } from './limits.ts';

interface Authentication<Result> {
  authenticate(email: string, password: string, signal?: AbortSignal): Promise<Result>;
}

interface Registration<Result> {
  register(email: string, password: string, signal?: AbortSignal): Promise<Result>;
}

interface GuestPorts<Guest, Result> {
  start(): Promise<Guest>;
  register(id: string, email: string, password: string, signal?: AbortSignal): Promise<Result>;
}

/** A registration that has to be confirmed by a mail first proves nothing. */
const isProven = (registered: unknown): boolean =>
  typeof registered === 'object' && registered !== null && !('verification' in registered);

/** Returns the key of the account that an e-mail address means. */
type AccountKey = (email: string) => string;

/** Limits logins and registrations. Everything else of the accounts stays as it is. */
export function limitAccounts<Result, Accounts extends Authentication<Result> & Registration<Result>>(
  accounts: Accounts,
  limits: Limits,
  accountKey: AccountKey,
): Accounts {
  const { logins } = limits;
  return {
    ...accounts,
    authenticate: (email, password, signal) =>
      logins.guard(accountKey(email), () => accounts.authenticate(email, password, signal)),
    async register(email, password, signal) {
      await limits.countRegistration();
      const key = accountKey(email);
      const registered = await logins.guardRegistration(key, () =>
        accounts.register(email, password, signal),
      );
      if (isProven(registered)) await logins.remember(key);
      return registered;
    },
  };
}

/** Limits new guests and their registrations. */
export function limitGuests<Guest, Result, Guests extends GuestPorts<Guest, Result>>(
  guests: Guests,
  limits: Limits,
  accountKey: AccountKey,
): Guests {
  const { logins } = limits;
  return {
    ...guests,
    async start() {
      await limits.countGuest();
      return guests.start();
    },
    async register(id, email, password, signal) {
      await limits.countRegistration();
      const key = accountKey(email);
      const register = () => guests.register(id, email, password, signal);
      const registered = await logins.guardRegistration(key, register);
      if (isProven(registered)) await logins.remember(key);
      return registered;
    },
  };
}
