import { wholeNumber } from '../../shared/runtime/config.ts';

const perHour = (fallback: number) => wholeNumber(fallback, { min: 1, max: 1_000_000 });

/** How often something may happen within an hour, on all replicas together. */
export const limitSettings = {
  /** Wrong logins to one account, from all addresses together from which its owner has never logged in. */
  MAX_LOGINS_PER_ACCOUNT_PER_HOUR: perHour(20),
  /** Wrong logins to one account from one address from which its owner has logged in before; and wrong passwords of its sessions. */
  MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR: perHour(20),
  /** Wrong logins from one address, to all accounts whose owners have never logged in from there. */
  MAX_LOGINS_PER_ADDRESS_PER_HOUR: perHour(50),
  MAX_REGISTRATIONS_PER_ADDRESS_PER_HOUR: perHour(30),
  MAX_GUESTS_PER_ADDRESS_PER_HOUR: perHour(60),
  /** Requests that may cause a mail, from one address. */
  MAX_MAIL_REQUESTS_PER_ADDRESS_PER_HOUR: perHour(20),
};

export type LimitSettings = Record<keyof typeof limitSettings, number>;
