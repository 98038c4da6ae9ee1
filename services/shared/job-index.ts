import { readDocument, readDocuments, updateDocument } from './documents.ts';
import { AppError } from './errors.ts';
import type { StateStore } from './state.ts';

const PAGE_SIZE = 100;
const SHARDS = Array.from({ length: 16 }, (_, number) => number.toString(16));

/** The newest jobs of one owner; full heads become numbered pages, so that no document grows for ever. */
interface Page {
  /** The number that this page has or, for the head, will have. */
  number: number;
  /** Newest first. */
  ids: string[];
}

type Shard = Record<string, { since: string }>;

/** Which jobs there are, kept by hand because a state store need not know queries. */
export interface JobIndex {
  /** Called before the job itself is saved: an entry without a job is harmless, a job without an entry is lost. */
  add(owner: string, id: string, signal?: AbortSignal): Promise<void>;
  /** Ids of one owner, newest first, some of which may not exist (any more). */
  listOwned(
    owner: string,
    cursor: string | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<{ id: string; cursor: string }>;
  /** Jobs whose owner was not told of an outcome yet, with the time at which they were added. */
  listOpen(signal?: AbortSignal): AsyncGenerator<{ id: string; since: Date }[]>;
  close(ids: readonly string[], signal?: AbortSignal): Promise<void>;
}

export function createJobIndex(state: StateStore, ttlSeconds: number): JobIndex {
  const headKey = (owner: string) => `jobs-of:${owner}`;
  const pageKey = (owner: string, number: number) => `jobs-of:${owner}:${number}`;
  const shardKey = (id: string) => `open:${id.slice(-1)}`;

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
    async add(owner, id, signal) {
      await addOwned(owner, id, signal);
      const since = new Date().toISOString();
      await updateDocument<Shard>(state, shardKey(id), (shard) => ({ ...shard, [id]: { since } }), {
        ttlSeconds,
        signal,
      });
    },

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

    async *listOpen(signal) {
      const shards = await readDocuments<Shard>(
        state,
        SHARDS.map((shard) => `open:${shard}`),
        signal,
      );
      for (const { document } of shards.values()) {
        yield Object.entries(document).map(([id, { since }]) => ({ id, since: new Date(since) }));
      }
    },

    async close(ids, signal) {
      for (const [shard, members] of Map.groupBy(ids, shardKey)) {
        const change = (current: Shard | undefined) =>
          current && Object.fromEntries(Object.entries(current).filter(([id]) => !members.includes(id)));
        await updateDocument<Shard>(state, shard, change, { ttlSeconds, signal });
      }
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
