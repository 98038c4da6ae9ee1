import { multipartFiles } from './multipart-files.ts';

/** What was shared waits here, as it came, until the page takes it. */
const CACHE = 'shared-films';
const AT_HEADER = 'X-Shared-At';

/** Somebody has to sign in within this time. Others who use this browser later must not find the film. */
const KEPT_MS = 3_600_000;
const MAX_KEPT = 3;
/** All films that are shared together. A browser may have less room. */
const MAX_BYTES = 16 * 1024 ** 3;

/**
 * Keeps the body of a form until the page takes the films in it. It goes to the disk piece by piece, because a film may be larger than
 * the memory.
 * @throws Error where the browser has no room for it, or it is larger than is kept
 */
export async function keepShare(request: Request, now = Date.now()): Promise<void> {
  const cache = await caches.open(CACHE);
  const others = await removeOld(cache, now);
  for (const url of others.slice(0, Math.max(0, others.length - MAX_KEPT + 1))) await cache.delete(url);
  // Some browsers have no stream of a request's body.
  const body = request.body?.pipeThrough(limit(MAX_BYTES)) ?? (await request.blob());
  const headers = { 'Content-Type': request.headers.get('Content-Type') ?? '', [AT_HEADER]: String(now) };
  await cache.put(`/shared-films/${crypto.randomUUID()}`, new Response(body, { headers }));
}

/** Whether anything that was shared waits. */
export async function hasShares(now = Date.now()): Promise<boolean> {
  if (!(await caches.has(CACHE))) return false;
  return (await removeOld(await caches.open(CACHE), now)).length > 0;
}

/** Takes the films that were shared. Of several tabs, one gets them. They can be read until the page is left. */
export async function takeShares(now = Date.now()): Promise<File[]> {
  if (!(await hasShares(now))) return [];
  const cache = await caches.open(CACHE);
  const taken: File[] = [];
  for (const url of await cache.keys()) {
    const response = await cache.match(url);
    const body = await response?.blob();
    // What was deleted stays readable for whoever has opened it before.
    if (!response || !body || !(await cache.delete(url))) continue;
    const type = response.headers.get('Content-Type') ?? '';
    taken.push(...(await multipartFiles(body, type, timeOf(response))));
  }
  return taken;
}

/** Removes what has waited too long. Returns what is left, the oldest first. */
async function removeOld(cache: Cache, now: number): Promise<Request[]> {
  const kept: Request[] = [];
  for (const url of await cache.keys()) {
    const response = await cache.match(url);
    const age = response ? now - timeOf(response) : KEPT_MS;
    // A clock may have been set back.
    if (age >= 0 && age < KEPT_MS) kept.push(url);
    else await cache.delete(url);
  }
  return kept;
}

const timeOf = ({ headers }: Response): number => Number(headers.get(AT_HEADER));

function limit(max: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(piece, controller) {
      bytes += piece.length;
      if (bytes > max) controller.error(new Error(`more than ${max} bytes were shared`));
      else controller.enqueue(piece);
    },
  });
}
