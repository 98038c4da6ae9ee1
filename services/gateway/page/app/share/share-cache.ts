import { isKept } from './is-kept.ts';

/**
 * Where shares wait until the page takes them. A share is the body of a form, in entries for its parts, and one entry that comes last
 * and says that it is complete.
 */
const CACHE = 'shared-films';
const PREFIX = '/shared-films/';
const AT_HEADER = 'X-Shared-At';
const PARTS_HEADER = 'X-Parts';

export interface Share {
  id: string;
  /** Content type of the body, with the boundary. */
  type: string;
  parts: number;
  /** When it was shared: milliseconds since the epoch. */
  at: number;
}

export const openShares = (): Promise<Cache> => caches.open(CACHE);

/** Saves a part of the body of a share. */
export const putPart = (cache: Cache, { id, at }: Pick<Share, 'id' | 'at'>, part: number, body: BodyInit) =>
  cache.put(partUrl(id, part), new Response(body, { headers: { [AT_HEADER]: String(at) } }));

/** Saves that a share is complete. */
export const putShare = (cache: Cache, { id, type, parts, at }: Share): Promise<void> =>
  cache.put(
    PREFIX + id,
    new Response(null, {
      headers: { 'Content-Type': type, [PARTS_HEADER]: String(parts), [AT_HEADER]: String(at) },
    }),
  );

/** The shares that are complete, the oldest first. Removes what has waited too long. @param now milliseconds since the epoch */
export async function listShares(now: number): Promise<Share[]> {
  // Whoever shares nothing has no cache either.
  if (!(await caches.has(CACHE))) return [];
  const cache = await openShares();
  const shares: Share[] = [];
  for (const request of await cache.keys()) {
    const { headers } = (await cache.match(request)) ?? {};
    const at = Number(headers?.get(AT_HEADER));
    if (!isKept(at, now)) await cache.delete(request);
    else if (headers?.has(PARTS_HEADER)) {
      const id = new URL(request.url).pathname.slice(PREFIX.length);
      shares.push({
        id,
        at,
        type: headers.get('Content-Type') ?? '',
        parts: Number(headers.get(PARTS_HEADER)),
      });
    }
  }
  return shares.sort((one, other) => one.at - other.at);
}

/**
 * Removes a share and returns its body; undefined where another tab has done so. The body can be read until the page is left, and none of
 * it is in the memory.
 */
export async function takeShare({ id, parts }: Share): Promise<Blob | undefined> {
  const cache = await openShares();
  const urls = Array.from({ length: parts }, (_, part) => partUrl(id, part));
  // What is removed stays readable for whoever has opened it before.
  const found = await Promise.all(urls.map(async (url) => (await cache.match(url))?.blob()));
  const isOurs = await removeShare(cache, id);
  const bodies = found.filter((body) => body !== undefined);
  return isOurs && bodies.length === parts ? new Blob(bodies) : undefined;
}

/** Removes a share, also one that is not complete. Returns whether it was, and nobody else has removed it. */
export async function removeShare(cache: Cache, id: string): Promise<boolean> {
  const isOurs = await cache.delete(PREFIX + id);
  for (const request of await cache.keys())
    if (new URL(request.url).pathname.startsWith(`${PREFIX}${id}/`)) await cache.delete(request);
  return isOurs;
}

const partUrl = (id: string, part: number): string => `${PREFIX}${id}/${part}`;
