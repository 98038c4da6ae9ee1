import { AppError } from '../../shared/runtime/errors.ts';
import { readDocument, readDocuments, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

const PAGE_SIZE = 100;
/** Pages of at most 8 kB that are read at once: one at first, then four times as many each time. */
const MOST_AT_ONCE = 16;
/** So many missing pages in a row are the end. One would be, unless jobs were kept for longer when the older pages were written. */
const MISSING = 16;

interface Page {
  /** The number that this page has or, for the head, will have. */
  number: number;
  /** Newest first. None is ever taken out: a cursor is the place of an id. */
  ids: string[];
  /** Those of them that are never to be shown again, so that nobody has to look for their jobs. */
  dead?: string[];
}

/** A part of an owner's list, newest first. */
export interface OwnedPage {
  number: number;
  /** Some of the jobs may not exist (any more). */
  entries: { id: string; cursor: string }[];
  /** Continues after this page. */
  end: string;
}

/** The jobs of each owner, newest first: the head has the newest, full heads become numbered pages, so that no document grows for ever. */
export interface OwnedJobs {
  /**
   * Called once the job is stored, and before it is shown to its owner. So an entry whose job is not shown yet has one all the
   * same; one that has none never gets any again.
   */
  addOwned(owner: string, id: string, signal?: AbortSignal): Promise<void>;
  /** Read as they are asked for. Throws `bad_request` for a cursor that is none. */
  listOwned(owner: string, cursor: string | undefined, signal?: AbortSignal): AsyncGenerator<OwnedPage>;
  /** These entries of a page are not listed any more: their jobs are deleted, or missing. */
  dropOwned(owner: string, page: number, ids: readonly string[], signal?: AbortSignal): Promise<void>;
}

/** `ttlSeconds`: longer than a job is kept. */
export function createOwnedJobs(state: StateStore, ttlSeconds: number): OwnedJobs {
  const headKey = (owner: string) => `jobs-of:${owner}`;
  const pageKey = (owner: string, number: number) => `jobs-of:${owner}:${number}`;

  async function addOwned(owner: string, id: string, signal?: AbortSignal): Promise<void> {
    const head = (await readDocument<Page>(state, headKey(owner), signal))?.document;
    // Everybody who finds the same full head writes the same page; who moves the head on is settled below.
    const full = head && head.ids.length >= PAGE_SIZE ? head : undefined;
    if (full) {
      await updateDocument<Page>(state, pageKey(owner, full.number), () => full, { ttlSeconds, signal });
    }
    const change = (current: Page | undefined): Page | undefined => {
      if (!current) return { number: 0, ids: [id] };
      if (current.ids.includes(id)) return undefined;
      if (current.ids.length < PAGE_SIZE) return { ...current, ids: [id, ...current.ids] };
      // Only one whose page is written: a head that has become full meanwhile is for the next round.
      if (current.number === full?.number) return { number: current.number + 1, ids: [id] };
      return undefined;
    };
    const page = await updateDocument<Page>(state, headKey(owner), change, { ttlSeconds, signal });
    if (!page?.ids.includes(id)) await addOwned(owner, id, signal);
  }

  /** The numbered pages from `from` down. They expire in this order, so that those behind missing ones need not be looked for. */
  async function* numbered(
    owner: string,
    from: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Page> {
    let missing = 0;
    for (
      let next = from, width = 1;
      next >= 0 && missing < MISSING;
      width = Math.min(width * 4, MOST_AT_ONCE)
    ) {
      const keys = Array.from({ length: Math.min(width, next + 1) }, (_, at) => pageKey(owner, next - at));
      const found = await readDocuments<Page>(state, keys, signal);
      for (const key of keys) {
        const page = found.get(key)?.document;
        missing = page ? 0 : missing + 1;
        if (page) yield page;
      }
      next -= keys.length;
    }
  }

  async function* pages(owner: string, from: number, signal: AbortSignal | undefined): AsyncGenerator<Page> {
    const head = (await readDocument<Page>(state, headKey(owner), signal))?.document;
    if (!head) return;
    if (from >= head.number) yield head;
    yield* numbered(owner, Math.min(from, head.number - 1), signal);
  }

  return {
    addOwned,

    async *listOwned(owner, cursor, signal) {
      const [from, after] = cursor === undefined ? [Number.POSITIVE_INFINITY] : parseCursor(cursor);
      let isFirst = true;
      for await (const { number, ids, dead = [] } of pages(owner, from, signal)) {
        // In a page that is not the cursor's own, or has expired with the cursor's, all follow it.
        const at = isFirst && after !== undefined ? ids.indexOf(after) : -1;
        isFirst = false;
        const left = ids.slice(at + 1).filter((id) => !dead.includes(id));
        yield {
          number,
          entries: left.map((id) => ({ id, cursor: formatCursor(number, id) })),
          end: formatCursor(number, ids.at(-1) ?? ''),
        };
      }
    },

    async dropOwned(owner, number, ids, signal) {
      const change = (page: Page | undefined): Page | undefined => {
        if (page?.number !== number) return undefined;
        const { dead = [] } = page;
        const gone = ids.filter((id) => page.ids.includes(id) && !dead.includes(id));
        return gone.length > 0 ? { ...page, dead: [...dead, ...gone] } : undefined;
      };
      const options = { ttlSeconds, signal };
      const head = await updateDocument<Page>(state, headKey(owner), change, options);
      // A head that has moved on meanwhile is a numbered page.
      if (head?.number !== number) await updateDocument<Page>(state, pageKey(owner, number), change, options);
    },
  };
}

const formatCursor = (page: number, id: string) => Buffer.from(`${page}.${id}`).toString('base64url');

function parseCursor(cursor: string): [page: number, id: string] {
  const match = /^(\d{1,9})\.([\da-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match?.[1] || !match[2])
    throw new AppError('bad_request', 'cursor is not one that this service gave out');
  return [Number(match[1]), match[2]];
}
