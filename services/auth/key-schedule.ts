/** How long others may cache our public keys, in seconds. */
export const JWKS_SECONDS = 300;
/** How long a replica uses the keys that it has read, in seconds. */
export const KEY_CACHE_SECONDS = 60;
/**
 * From publication to the first signature, in ms. Longer than both caches together: a client can read the old set
 * from a replica that has not seen the new key yet. It also covers clocks that differ by minutes.
 */
export const LEAD_MS = 2 * JWKS_SECONDS * 1000;

/** Times in ms since 1970. */
export interface KeyTimes {
  kid: string;
  createdAt: number;
  signsFrom: number;
}

/** The key that signs: the newest whose time has come. Without one (a clock that is behind) the oldest there is. */
export function signingKey<Key extends KeyTimes>(keys: readonly Key[], now: number): Key | undefined {
  const inOrder = keys.toSorted((a, b) => a.signsFrom - b.signsFrom);
  return inOrder.findLast((key) => key.signsFrom <= now) ?? inOrder[0];
}

/** When a new key is needed, the time from which it may sign: at once for the very first. */
export function nextKey(
  keys: readonly KeyTimes[],
  now: number,
  rotationMs: number,
): { signsFrom: number } | undefined {
  if (keys.length === 0) return { signsFrom: now };
  const newest = Math.max(...keys.map((key) => key.createdAt));
  return newest + rotationMs <= now ? { signsFrom: now + LEAD_MS } : undefined;
}

/** The keys of which no token can be valid any more, when a token lives for `tokenMs`. */
export function deadKeys<Key extends KeyTimes>(keys: readonly Key[], now: number, tokenMs: number): Key[] {
  return keys.filter((key) =>
    keys.some((other) => other.signsFrom > key.signsFrom && other.signsFrom + tokenMs + LEAD_MS <= now),
  );
}
