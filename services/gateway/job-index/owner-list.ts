import { AppError } from '../../shared/runtime/errors.ts';
import { readDocument, readDocuments, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

const PAGE_SIZE = 100;
/**
 * The most pages, of up to 8 kB each, that are read at once. The first read
 * takes one page, each further read four times as many.
 */
const MAX_PAGES_AT_ONCE = 16;
/**
 * Missing pages in a row that mean the end of the list. One page would be
 * enough if RETENTION_SECONDS had never been lowered.
 */
const MAX_MISSING_PAGES = 16;

interface Page {
  /** The number of this page. The head gets its number when it is full. */
  number: number;
  /** Newest first. No id is ever removed, because a cursor refers to the position of an id. */
  ids: string[];
  /** The ids of jobs that do not exist any more. They are skipped without reading the store. */
  dead?: string[];
}

/** One page of an owner's list, newest first. */
export interface OwnerListPage {
  number: number;
  /** Some of the jobs may not exist yet, or not any more. */
  entries: { id: string; cursor: string }[];
  /** The cursor that continues after this page. */
  end: string;
}

/**
 * The jobs of each owner, newest first. The head holds the newest jobs, and a full head
 * becomes a numbered page, so that no document grows without bound.
 */
export interface OwnerList {
  /**
   * Adds a job. Call this after the job is stored and before its owner can see it. So the job of every entry exists when the
   * entry is added, and an entry without a job never gets one.
   */
  addOwned(owner: string, id: string, signal?: AbortSignal): Promise<void>;
  /** Reads the pages as they are asked for. Throws `bad_request` for an invalid cursor. */
  listOwned(owner: string, cursor: string | undefined, signal?: AbortSignal): AsyncGenerator<OwnerListPage>;
  /** Removes the list of an owner whose account was deleted. */
  removeOwner(owner: string, signal?: AbortSignal): Promise<void>;
  /** Hides entries of a page whose jobs are deleted or missing. */
  dropOwned(owner: string, page: number, ids: readonly string[], signal?: AbortSignal): Promise<void>;
}

const headKey = (owner: string) => `jobs-of:${owner}`;
const pageKey = (owner: string, number: number) => `jobs-of:${owner}:${number}`;

/** @param ttlSeconds longer than a job is kept */
export function createOwnerList(state: StateStore, ttlSeconds: number): OwnerList {
  return {
    addOwned: (owner, id, signal) => addOwned({ state, ttlSeconds }, owner, id, signal),

    async *listOwned(owner, cursor, signal) {
      const [from, after] = cursor === undefined ? [Number.POSITIVE_INFINITY] : parseCursor(cursor);
      let isFirst = true;
      for await (const { number, ids, dead = [] } of readPages(state, owner, from, signal)) {
        // In another page than the cursor's, every id follows the cursor.
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

    async removeOwner(owner, signal) {
      for await (const { number } of readPages(state, owner, Number.POSITIVE_INFINITY, signal)) {
        await state.delete(pageKey(owner, number), signal);
      }
      await state.delete(headKey(owner), signal);
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
      // The page may have become a numbered one meanwhile.
      if (head?.number !== number) await updateDocument<Page>(state, pageKey(owner, number), change, options);
    },
  };
}

interface PageStore {
  state: StateStore;
  ttlSeconds: number;
}

/** @param written the full head that the previous call has saved as a numbered page. Only this head may be replaced. */
async function addOwned(
  store: PageStore,
  owner: string,
  id: string,
  signal: AbortSignal | undefined,
  written?: Page,
): Promise<void> {
  const { state, ttlSeconds } = store;
  const change = (current: Page | undefined): Page | undefined => {
    if (!current) return { number: 0, ids: [id] };
    if (current.ids.includes(id)) return undefined;
    if (current.ids.length < PAGE_SIZE) return { ...current, ids: [id, ...current.ids] };
    // Only a head whose page is written is replaced. Another one, which may have become full meanwhile, is left to the next round.
    if (current.number === written?.number) return { number: current.number + 1, ids: [id] };
    return undefined;
  };
  const head = await updateDocument<Page>(state, headKey(owner), change, { ttlSeconds, signal });
  if (!head || head.ids.includes(id)) return;
  // All writers that find the same full head write the same page. One of them replaces the head.
  await updateDocument<Page>(state, pageKey(owner, head.number), () => head, {
    ttlSeconds,
    isNew: true,
    signal,
  });
  await addOwned(store, owner, id, signal, head);
}

/** Reads the numbered pages from `from` down. The older ones expire first, so the list ends where pages are missing. */
async function* readNumberedPages(
  state: StateStore,
  owner: string,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page> {
  let missing = 0;
  for (
    let next = from, width = 1;
    next >= 0 && missing < MAX_MISSING_PAGES;
    width = Math.min(width * 4, MAX_PAGES_AT_ONCE)
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

async function* readPages(
  state: StateStore,
  owner: string,
  from: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page> {
  const head = (await readDocument<Page>(state, headKey(owner), signal))?.document;
  if (!head) return;
  if (from >= head.number) yield head;
  yield* readNumberedPages(state, owner, Math.min(from, head.number - 1), signal);
}

const formatCursor = (page: number, id: string) => Buffer.from(`${page}.${id}`).toString('base64url');

function parseCursor(cursor: string): [page: number, id: string] {
  const match = /^(\d{1,9})\.([\da-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match?.[1] || !match[2]) throw new AppError('bad_request', 'the cursor is invalid');
  return [Number(match[1]), match[2]];
}
