import { BlockList, isIP } from 'node:net';
import type { Statements } from '../database/database.ts';
import { currentCaller } from './caller.ts';
import { createKnownAddresses, deleteExpiredAddresses } from './known-addresses.ts';
import { createLoginLimits, type LoginLimits } from './login-limits.ts';
import type { LimitSettings } from './settings.ts';
import { createStoredLimiter, deleteExpiredLimits, type StoredLimiter } from './stored-limiter.ts';
import { tooMany } from './too-many.ts';

const HOUR_SECONDS = 3600;
/** Nobody moves more often, and each one may mail somebody else. */
const MAX_ADDRESS_CHANGES_PER_HOUR = 5;

/**
 * What clients may cause without an account. All replicas count together. Registrations, guests and mails from addresses that are
 * not public are not counted by address. Each method throws `too_many_requests`.
 */
export interface Limits {
  logins: LoginLimits;
  countRegistration(): Promise<void>;
  countGuest(): Promise<void>;
  /** Counts a request that may cause a mail. The mails to one mailbox are bounded by services/auth/mails/allowances.ts. */
  countMail(): Promise<void>;
  /** Counts a change of address that an account asks for, each of which may mail a stranger. @param account its id */
  countAddressChange(account: string): Promise<void>;
  deleteExpired(): Promise<void>;
}

export function createLimits(
  database: Statements,
  settings: LimitSettings,
  now: () => number = Date.now,
): Limits {
  const limiter = (name: string, points: number): StoredLimiter =>
    createStoredLimiter(database, { name, points, windowSeconds: HOUR_SECONDS, now });
  const registrations = limiter('registrations', settings.MAX_REGISTRATIONS_PER_ADDRESS_PER_HOUR);
  const guests = limiter('guests', settings.MAX_GUESTS_PER_ADDRESS_PER_HOUR);
  const mails = limiter('mails', settings.MAX_MAIL_REQUESTS_PER_ADDRESS_PER_HOUR);
  const addressChanges = limiter('address-changes', MAX_ADDRESS_CHANGES_PER_HOUR);

  return {
    logins: createLoginLimits({
      known: createKnownAddresses(database, now),
      perAccount: limiter('logins', settings.MAX_LOGINS_PER_ACCOUNT_PER_HOUR),
      perKnownAddress: limiter('logins-known', settings.MAX_LOGINS_PER_KNOWN_ADDRESS_PER_HOUR),
      perAddress: limiter('logins-address', settings.MAX_LOGINS_PER_ADDRESS_PER_HOUR),
    }),
    countRegistration: () => countForAddress(registrations, 'registrations from your address'),
    countGuest: () => countForAddress(guests, 'new guests from your address'),
    countMail: () => countForAddress(mails, 'requests for mails from your address'),
    countAddressChange: (account) => countOne(addressChanges, account, 'changes of the address'),
    async deleteExpired() {
      await deleteExpiredLimits(database, now());
      await deleteExpiredAddresses(database, now());
    },
  };
}

/**
 * Addresses that are not public. A proxy in front of the gateway that is not configured has one, and so has whoever tests on this
 * machine. All people behind such a proxy would share one limit.
 */
const PRIVATE = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.ipv4.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 64],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  PRIVATE.ipv6.addSubnet(network, prefix, 'ipv6');

/** @param address as the gateway counts it: an IPv4 address, or a network of IPv6 such as `2001:db8:0:0::/64` */
function isPrivate(address: string): boolean {
  const [text = ''] = address.split('/');
  // One list for both would take each IPv4 address for the IPv6 address to which it can be mapped.
  const family = isIP(text) === 4 ? 'ipv4' : 'ipv6';
  return isIP(text) !== 0 && PRIVATE[family].check(text, family);
}

async function countForAddress(limiter: StoredLimiter, what: string): Promise<void> {
  const { address } = currentCaller();
  if (address !== undefined && !isPrivate(address)) await countOne(limiter, address, what);
}

/** Throws where the limit was reached before. */
async function countOne(limiter: StoredLimiter, key: string, what: string): Promise<void> {
  const before = await limiter.read(key);
  if (before.isReached) throw tooMany(what, limiter, before);
  const { count, resetMs } = await limiter.count(key);
  // Others may have counted between the two.
  if (count > limiter.points) throw tooMany(what, limiter, { count, resetMs, isReached: true });
}
