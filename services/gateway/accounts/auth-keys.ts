import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { unavailable } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';

const KEYS_PATH = '/.well-known/jwks.json';
/** Half of the time for which auth publishes a key before it signs with it (LEAD_MS in services/auth/tokens/key-schedule.ts). */
const FRESH_MS = 5 * 60_000;
/** Pause after a fetch for an unknown key id, and after a fetch that failed. */
const PAUSE_MS = 10_000;
/** Pause after a fetch that failed while no key is known. At a start, auth is often ready a moment later. */
const FIRST_PAUSE_MS = 1_000;
/** Timeout of one fetch. It is shorter than the sidecar's own timeout, because a request may wait for it. */
const FETCH_MS = 5_000;

export interface AuthKeysOptions {
  log?: Log | undefined;
  /** Returns milliseconds of a monotonic clock. */
  now?: () => number;
  fetchMs?: number;
}

/**
 * Finds the public key of a token among the keys of auth, which are fetched through the sidecar.
 *
 * A request whose key is known does not wait. Keys that are older than FRESH_MS are fetched again in the background
 * (stale-while-revalidate, RFC 5861) and stay in use when that fails, because an outage of auth or MySQL must not affect
 * users whose tokens are valid. jose's createRemoteJWKSet would make them wait, or refuse them. A key that auth has withdrawn is
 * dropped by the next fetch that succeeds.
 *
 * A request waits for a fetch only when no key is known, or when the token names an unknown key. Anybody can invent key ids, so
 * there is one fetch at a time, with a pause after it.
 *
 * Rejects with jose's JWKSNoMatchingKey for a key that auth does not have, and with `unavailable` when auth does not answer.
 */
export function createAuthKeys(invoke: Sidecar['invoke'], options: AuthKeysOptions = {}): JWTVerifyGetKey {
  const { log, now = () => performance.now(), fetchMs = FETCH_MS } = options;
  let known: JWTVerifyGetKey | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let fetching: Promise<void> | undefined;

  async function fetchKeys(): Promise<void> {
    const wasFailing = failure !== undefined;
    try {
      const signal = AbortSignal.timeout(fetchMs);
      const { status, body } = await invoke('auth', { method: 'GET', path: KEYS_PATH, signal });
      if (status !== 200) throw new Error(`auth answered ${status} when asked for its keys`);
      known = createLocalJWKSet(JSON.parse(body) as JSONWebKeySet);
      failure = undefined;
      if (wasFailing) log?.info('the keys of auth are fetched again');
    } catch (error) {
      failure = error;
      if (!wasFailing)
        log?.warn({ err: error }, 'cannot fetch the keys of auth; those that are known stay in use');
    }
    fetchedAt = now();
  }

  /** Never rejects. `failure` holds the error. */
  function fetchOnce(): Promise<void> {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  const isDue = (pauseMs: number): boolean => fetching !== undefined || now() - fetchedAt >= pauseMs;

  return async (header, token) => {
    if (!known) {
      if (isDue(FIRST_PAUSE_MS)) await fetchOnce();
    } else if (isDue(failure === undefined ? FRESH_MS : PAUSE_MS)) {
      void fetchOnce();
    }
    if (!known) throw unavailable('the auth service', failure);
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (isDue(PAUSE_MS)) await fetchOnce();
      if (failure !== undefined) throw unavailable('the auth service', failure);
      return known(header, token);
    }
  };
}
