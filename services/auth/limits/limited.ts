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

export interface LimitOptions {
  /** Returns the key of the account that an e-mail address means. */
  accountKey: (email: string) => string;
  /** Whether a registration has to be confirmed by a mail. It then answers the same for every address, and proves nothing. */
  requireVerifiedEmail: boolean;
}

/** Counts a registration, and runs it within the limits that suit it. */
async function register<Result>(
  { countRegistration, logins }: Limits,
  { accountKey, requireVerifiedEmail }: LimitOptions,
  email: string,
  run: () => Promise<Result>,
): Promise<Result> {
  await countRegistration();
  if (requireVerifiedEmail) return logins.runUnproven(run);
  const key = accountKey(email);
  const registered = await logins.guardRegistration(key, run);
  await logins.remember(key);
  return registered;
}

/** Limits logins and registrations. Everything else of the accounts stays as it is. */
export function limitAccounts<Result, Accounts extends Authentication<Result> & Registration<Result>>(
  accounts: Accounts,
  limits: Limits,
  options: LimitOptions,
): Accounts {
  return {
    ...accounts,
    authenticate: (email, password, signal) =>
      limits.logins.guard(options.accountKey(email), () => accounts.authenticate(email, password, signal)),
    register: (email, password, signal) =>
      register(limits, options, email, () => accounts.register(email, password, signal)),
  };
}

/** Limits new guests and their registrations. */
export function limitGuests<Guest, Result, Guests extends GuestPorts<Guest, Result>>(
  guests: Guests,
  limits: Limits,
  options: LimitOptions,
): Guests {
  return {
    ...guests,
    async start() {
      await limits.countGuest();
      return guests.start();
    },
    register: (id, email, password, signal) =>
      register(limits, options, email, () => guests.register(id, email, password, signal)),
  };
}
