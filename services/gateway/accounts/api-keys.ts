import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KEY_GRACE_SECONDS, KEY_PREFIX, parseApiKey } from '../../shared/contract/api-key.ts';
import { SCOPES, type Scope } from '../../shared/contract/scopes.ts';
import type { InvokeReply, Sidecar } from '../../shared/dapr/sidecar.ts';
import { createBoundedCache } from '../../shared/runtime/bounded-cache.ts';
import { AppError, isAppError, unavailable } from '../../shared/runtime/errors.ts';
import { createFairSemaphore } from '../../shared/runtime/fair-semaphore.ts';
import { overloaded } from '../limits/quota.ts';
import type { Authenticate } from './authenticate.ts';
import { readUser, type User } from './user.ts';

/** How long an answer of auth is kept. A key that its owner has deleted ends earlier, see `isRevoked`. */
const KNOWN_MS = 60_000;
/** How long it is kept that auth does not know a key. It may be made by another replica in the next moment. */
const REFUSED_MS = 10_000;
/** How long a valid key counts after the last answer, where auth does not answer or too many others wait for it. */
const GRACE_MS = KEY_GRACE_SECONDS * 1000;
/** When auth is asked again within that time. */
const RETRY_MS = 10_000;
const KNOWN_KEYS = 10_000;
/**
 * The calls to auth that run and that wait. Anybody can cause them with keys that look right. Addresses take turns, and `reserved`
 * calls run beside the others for keys that were valid before.
 */
const CALLS = { underWay: 8, reserved: 2, waiting: 120, waitMs: 5_000 };

const answer = z.looseObject({
  id: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  expires_at: z.iso.datetime(),
});

/** A valid API key, and whose it is. */
export interface KeyOwner {
  /** Of the key. */
  id: string;
  scopes: readonly Scope[];
  user: User;
}

export interface ApiKeys {
  /**
   * Returns whose key this is. Auth is asked at most once a minute for a key, and not at all for a text that is no key.
   * Throws `invalid_token`, and `unavailable`.
   * @param address of the client, as it counts: those of others do not wait for a flood from it
   */
  find(key: string, address?: string): Promise<KeyOwner>;
}

interface Options {
  /** Whether a key or an account was ended a moment ago, by its id. */
  isRevoked?: (...ids: string[]) => boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
}

interface Known {
  owner: KeyOwner | undefined;
  /** When auth is asked again. */
  askAt: number;
  /** From when on the answer counts no more, whether auth answers or not. */
  endsAt: number;
}

export function createApiKeys(
  invoke: Sidecar['invoke'],
  { isRevoked = () => false, now = Date.now }: Options = {},
): ApiKeys {
  // Refused keys have a place of their own, so that a flood of them does not drive out those that are valid.
  const known = createBoundedCache<string, Known>(KNOWN_KEYS);
  const refused = createBoundedCache<string, Known>(KNOWN_KEYS);
  const asking = new Map<string, Promise<Known>>();
  const calls = createFairSemaphore({
    permits: CALLS.underWay + CALLS.reserved,
    maxWaiting: CALLS.waiting,
    maxWaitMs: CALLS.waitMs,
    full: () =>
      overloaded('unavailable', 'too many API keys are checked at the moment; try again shortly', 2),
  });

  async function ask(key: string, address: string, wasValid: boolean): Promise<Known> {
    const claimant = {
      key: address,
      rank: wasValid ? 0 : 1,
      leaves: wasValid ? 0 : CALLS.reserved,
    };
    const body = JSON.stringify({ key });
    const headers = { 'content-type': 'application/json' };
    const reply = await calls.run(claimant, () =>
      invoke('auth', { method: 'POST', path: '/keys/check', headers, body }),
    );
    if (isRefusal(reply)) return { owner: undefined, askAt: now() + REFUSED_MS, endsAt: now() + REFUSED_MS };
    const { owner, expiresAt } = readOwner(reply);
    return { owner, askAt: now() + KNOWN_MS, endsAt: Math.min(now() + GRACE_MS, expiresAt) };
  }

  /** Asks auth. While it does not answer, a key that was valid stays so for a while, unless it was revoked. */
  async function renew(key: string, address: string, before: Known | undefined): Promise<Known> {
    const wasValid = before?.owner !== undefined && before.endsAt > now();
    try {
      return await ask(key, address, wasValid);
    } catch (error) {
      if (!wasValid || !isAppError(error, 'unavailable')) throw error;
      return { ...before, askAt: now() + RETRY_MS };
    }
  }

  /** Several requests that come with one key at the same time wait for one answer. */
  function renewOnce(key: string, digest: string, address: string): Promise<Known> {
    const current =
      asking.get(digest) ?? renew(key, address, known.get(digest)).finally(() => asking.delete(digest));
    asking.set(digest, current);
    return current;
  }

  return {
    async find(key, address = '') {
      const parts = parseApiKey(key);
      if (!parts || isRevoked(parts.id)) throw invalidKey();
      const digest = createHash('sha256').update(key).digest('base64');
      let found = known.get(digest) ?? refused.get(digest);
      if (found === undefined || found.askAt <= now() || found.endsAt <= now()) {
        found = await renewOnce(key, digest, address);
        (found.owner ? known : refused).set(digest, found);
        if (found.owner) refused.delete(digest);
        else known.delete(digest);
      }
      // It may have been revoked, and may have expired, while auth was asked.
      if (!found.owner || found.endsAt <= now() || isRevoked(parts.id, found.owner.user.id))
        throw invalidKey();
      return found.owner;
    },
  };
}

/** Returns the key of an `Authorization` header. Undefined where it has another kind of credentials. */
export function keyOf(authorization: string): string | undefined {
  const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  return token?.startsWith(KEY_PREFIX) ? token : undefined;
}

/** Accepts API keys where access tokens are accepted. What a key may do, its route has checked. See access.ts. */
export const acceptApiKeys =
  (authenticate: Authenticate, apiKeys: ApiKeys): Authenticate =>
  async (authorization) => {
    const key = keyOf(authorization);
    return key === undefined ? authenticate(authorization) : (await apiKeys.find(key)).user;
  };

/** Whether auth itself says so. A sidecar has other errors. */
const isRefusal = ({ status, headers }: InvokeReply): boolean =>
  status === 401 && String(headers['content-type']).includes('problem+json');

function readOwner({ status, body }: InvokeReply): { owner: KeyOwner; expiresAt: number } {
  try {
    const { id, scopes, expires_at, ...claims } = answer.parse(JSON.parse(body));
    const user = readUser(claims);
    if (status === 200 && user) return { owner: { id, scopes, user }, expiresAt: Date.parse(expires_at) };
  } catch {}
  // The body would get into the log, and may hold an address.
  throw unavailable('the auth service', new Error(`answered ${status} when asked for an API key`));
}

const invalidKey = (): AppError =>
  new AppError('invalid_token', 'this API key is not valid, or not any more', {
    headers: { 'WWW-Authenticate': 'Bearer realm="mp3converter", error="invalid_token"' },
  });
