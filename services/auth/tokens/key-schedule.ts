/** How long clients may cache our public keys. */
export const JWKS_SECONDS = 300;
/** How long a replica uses the keys that it has read. */
export const KEY_CACHE_SECONDS = 60;
/**
 * Time from the publication of a key to its first signature. It is longer than both caches together, because a client can
 * read the old keys from a replica that has not read the new key yet. It also covers clocks that differ by minutes.
 */
export const LEAD_MS = 2 * JWKS_SECONDS * 1000;

/** The times are in ms since 1970. */
export interface KeyTimes {
  kid: string;
  createdAt: number;
  signsFrom: number;
}

/**
 * Returns the key that signs: the newest one that may sign already, or the
 * oldest one where the clock is behind all of them.
 */
export function signingKey<Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined {
  const inOrder = keys.toSorted((a, b) => a.signsFrom - b.signsFrom);
  return inOrder.findLast((key) => key.signsFrom <= now) ?? inOrder[0];
}

/** Returns the time from which a new key may sign, if one is needed. The very first key may sign at once. */
export function nextKey(
  keys: readonly KeyTimes[],
  now: number,
  rotationMs: number,
): { signsFrom: number } | undefined {
  if (keys.length === 0) return { signsFrom: now };
  const newest = Math.max(...keys.map((key) => key.createdAt));
  return newest + rotationMs <= now ? { signsFrom: now + LEAD_MS } : undefined;
}

/** Returns the keys whose tokens have all expired. `tokenMs` is the lifetime of a token. */
export function expiredKeys<Key extends KeyTimes>(keys: readonly Key[], now: number, tokenMs: number): Key[] {
  return keys.filter((key) =>
    keys.some((other) => other.signsFrom > key.signsFrom && other.signsFrom + tokenMs + LEAD_MS <= now),
  );
}
