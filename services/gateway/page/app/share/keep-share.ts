import { keepParts } from './keep-parts.ts';
import { listShares, openShares, putPart, putShare, removeShare } from './share-cache.ts';

const MAX_KEPT = 3;
const LIMITS = {
  /** Of all films that are shared together. A browser may have less room. */
  maxBytes: 16 * 1024 ** 3,
  /** Chromium keeps no entry of 2 GiB. */
  partBytes: 256 * 1024 ** 2,
};

/**
 * Keeps the body of a form until the page takes the films in it. It goes to the disk piece by piece, because a film may be larger than
 * the memory.
 * @throws Error where the browser has no room for it, or it is larger than is kept
 */
export async function keepShare(request: Request): Promise<void> {
  const cache = await openShares();
  const share = { id: crypto.randomUUID(), at: Date.now() };
  const others = await listShares(share.at);
  for (const { id } of others.slice(0, Math.max(0, others.length - MAX_KEPT + 1)))
    await removeShare(cache, id);
  // Some browsers have no stream of a request's body.
  const stream = request.body ?? (await request.blob()).stream();
  const type = request.headers.get('Content-Type') ?? '';
  try {
    const parts = await keepParts(stream, LIMITS, (part, body) => putPart(cache, share, part, body));
    await putShare(cache, { ...share, type, parts });
  } catch (error) {
    await removeShare(cache, share.id);
    throw error;
  }
}
