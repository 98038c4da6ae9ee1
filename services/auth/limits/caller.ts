import { AsyncLocalStorage } from 'node:async_hooks';
import type { Middleware } from 'koa';

/** On whose behalf a request is served. */
export interface Caller {
  /** The client's address as the gateway counts it. Undefined where the gateway did not say. */
  address: string | undefined;
  /** Returns how many wrong logins were counted from this address lately. Fewer come first. */
  rank(): number;
  /** Whether the owner of the account has logged in from this address before. */
  isKnown: boolean;
  /** Called before a password is compared with a hash. Throws where too many were wrong meanwhile. */
  beforeCheck(): void;
}

const NOBODY: Caller = { address: undefined, rank: () => 0, isKnown: false, beforeCheck: () => undefined };
const storage = new AsyncLocalStorage<Caller>();

/** IPv4 addresses and networks of IPv6 addresses, as services/gateway/limits/ip-address.ts writes them. */
const ADDRESS = /^[\da-f.:/]{2,45}$/;

/**
 * Remembers the client's address of a request, which only the gateway sets, so that whatever the request does takes turns by it.
 * The caller is not passed as a parameter, because every hash of every route has to count, also in routes that know no limits.
 */
export const rememberCaller: Middleware = (context, next) => {
  const address = context.get('x-client-address');
  return storage.run({ ...NOBODY, ...(ADDRESS.test(address) && { address }) }, next);
};

export const currentCaller = (): Caller => storage.getStore() ?? NOBODY;

/** Runs work with more that is known of the caller. */
export const runAsCaller = <T>(known: Partial<Caller>, work: () => Promise<T>): Promise<T> =>
  storage.run({ ...currentCaller(), ...known }, work);
