import { readDocument, updateDocument } from './documents.ts';
import { AppError } from './errors.ts';
import { createShardedMap, type Entry } from './sharded-map.ts';
import type { StateStore } from './state.ts';

const PAGE_SIZE = 100;

/** The newest jobs of one owner; full heads become numbered pages, so that no document grows for ever. */
interface Page {
  /** The number that this page has or, for the head, will have. */
  number: number;
  /** Newest first. */
  ids: string[];
}

export type OpenJob = Entry<{ owner: string }>;

/** Which jobs there are, kept by hand because a state store need not know queries. */
export interface JobIndex {
  /** Called before the job is shown to its owner: an entry without a job is harmless. */
  addOwned(owner: string, id: string, signal?: AbortSignal): Promise<void>;
  /** Ids of one owner, newest first, some of which may not exist (any more). */
  listOwned(
    owner: string,
    cursor: string | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<{ id: string; cursor: string }>;
  /**
   * The sweep looks after the job from here on. Called before a change that needs it, since a job without an entry would be
   * lost, and once more after it where the job may have been settled before: its entry may just have been closed.
   * The entry that comes back is what `close` takes.
   */
  open(owner: string, id: string, signal?: AbortSignal): Promise<OpenJob>;
  /** Jobs that something is still to be done for: to convert, to tell, to clear up. */
  listOpen(signal?: AbortSignal): AsyncGenerator<OpenJob[]>;
  /** Those entries that were not opened again meanwhile. */
  close(entries: readonly Pick<OpenJob, 'id' | 'version'>[], signal?: AbortSignal): Promise<void>;
}

export function createJobIndex(state: StateStore, ttlSeconds: number): JobIndex {
  const headKey = (owner: string) => `jobs-of:${owner}`;
  const pageKey = (owner: string, number: number) => `jobs-of:${owner}:${number}`;
  const opened = createShardedMap<{ owner: string }>(state, 'open', { ttlSeconds });

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

  return {
    addOwned,

    async *listOwned(owner, cursor, signal) {
      const [from, after] = cursor === undefined ? [] : parseCursor(cursor);
      const head = await readDocument<Page>(state, headKey(owner), signal);
      if (!head) return;
      let skipping = after !== undefined;
      for (let number = Math.min(from ?? head.document.number, head.document.number); number >= 0; number--) {
        const page =
          number === head.document.number
            ? head.document
            : (await readDocument<Page>(state, pageKey(owner, number), signal))?.document;
        for (const id of page?.ids ?? []) {
          if (!skipping) yield { id, cursor: formatCursor(number, id) };
          if (id === after) skipping = false;
        }
        skipping = false;
      }
    },

    async open(owner, id, signal) {
      const [entry] = await opened.put([{ id, owner }], signal);
      return entry as OpenJob;
    },

    listOpen: opened.list,
    close: opened.remove,
  };
}

const formatCursor = (page: number, id: string) => Buffer.from(`${page}.${id}`).toString('base64url');

function parseCursor(cursor: string): [page: number, id: string] {
  const match = /^(\d{1,9})\.([\da-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (!match?.[1] || !match[2])
    throw new AppError('bad_request', 'cursor is not one that this service gave out');
  return [Number(match[1]), match[2]];
}
