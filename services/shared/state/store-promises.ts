import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { encodeDocument, type StateStore } from './state-store.ts';

/** What a check of a promise may use. The key is new, and belongs to this check with all keys that begin with it. */
export interface Scratch {
  state: StateStore;
  key: string;
  /** A key may exist this many milliseconds longer than its TTL. */
  expiryMs: number;
  /** Waits for this many milliseconds. */
  wait: (ms: number) => Promise<void>;
  signal: AbortSignal;
}

/**
 * A promise of every state store. `name` completes the sentence «the store has to …». `check` throws an AssertionError
 * where the store breaks its promise. The gateway checks these promises when it starts, and test/contract tests them.
 */
export interface StorePromise {
  name: string;
  check: (scratch: Scratch) => Promise<unknown>;
}

const CHUNK_BYTES = 1024 ** 2;
const WRITERS = 6;
/** Keys that are left behind expire after this time. */
const SCRATCH_SECONDS = 120;
const POLL_MS = 200;

const document = (value: unknown): string => encodeDocument({ value });

const valueAt = async ({ state, key, signal }: Scratch): Promise<string | undefined> =>
  (await state.get(key, signal))?.value;

function put(
  { state, key, signal }: Scratch,
  value: unknown,
  { when, ttl = SCRATCH_SECONDS }: { when?: 'create' | { etag: string }; ttl?: number } = {},
): Promise<boolean> {
  return state.put(key, document(value), { ttlSeconds: ttl, ...(when && { when }), signal });
}

/** Asserts that exactly one of several concurrent writers wins, and that its value stays. */
async function assertOneWins(scratch: Scratch, write: (by: number) => Promise<boolean>): Promise<void> {
  const writers = Array.from({ length: WRITERS }, (_, by) => by);
  const results = await Promise.all(writers.map(write));
  const winners = writers.filter((by) => results[by]);
  assert.equal(winners.length, 1, 'one writer wins');
  assert.equal(await valueAt(scratch), document(winners[0]));
}

async function assertExpires(scratch: Scratch): Promise<void> {
  for (const end = performance.now() + scratch.expiryMs; performance.now() < end; ) {
    if ((await valueAt(scratch)) === undefined) return;
    await scratch.wait(POLL_MS);
  }
  assert.fail('the key does not expire');
}

export const STORE_PROMISES: readonly StorePromise[] = [
  {
    name: 'give back what was put',
    async check(scratch) {
      assert.equal(await valueAt(scratch), undefined);
      for (const text of ['the first value', 'Übung 🎬 "$etag" \0']) {
        assert.equal(await put(scratch, text), true);
        assert.equal(await valueAt(scratch), document(text));
      }
    },
  },
  {
    name: 'keep a chunk of 1 MiB',
    async check({ state, key, signal }) {
      const bytes = randomBytes(CHUNK_BYTES);
      await state.putBytes(key, bytes, { ttlSeconds: SCRATCH_SECONDS, signal });
      assert.ok((await state.getBytes(key, signal))?.equals(bytes));
    },
  },
  {
    name: 'give many keys at once, with their ETags',
    async check(scratch) {
      const { state, key, signal } = scratch;
      await put(scratch, 1);
      const found = await state.getMany([key, `${key}:missing`], signal);
      assert.deepEqual([...found], [[key, await state.get(key, signal)]]);
    },
  },
  {
    name: 'create only what does not exist (first-write concurrency without an ETag)',
    async check(scratch) {
      await assertOneWins(scratch, (by) => put(scratch, by, { when: 'create' }));
    },
  },
  {
    name: 'compare and set (first-write concurrency with an ETag)',
    async check(scratch) {
      await put(scratch, 'nobody', { when: 'create' });
      const entry = await scratch.state.get(scratch.key, scratch.signal);
      assert.ok(entry);
      const write = (by: number) => put(scratch, by, { when: { etag: entry.etag } });
      await assertOneWins(scratch, write);
      assert.equal(await write(WRITERS), false, 'an old ETag is refused');
    },
  },
  {
    name: 'delete a key',
    async check(scratch) {
      const { state, key, signal } = scratch;
      await put(scratch, 1);
      await state.delete(key, signal);
      assert.equal(await valueAt(scratch), undefined);
      await state.delete(key, signal);
    },
  },
  {
    name: 'let a key expire (ttlInSeconds)',
    async check(scratch) {
      await put(scratch, 1, { ttl: 1 });
      await assertExpires(scratch);
    },
  },
  {
    name: 'keep a key whose life was prolonged',
    async check(scratch) {
      const short = { ...scratch, key: `${scratch.key}:short` };
      await put(scratch, 1, { ttl: 1 });
      await put(scratch, 2);
      await put(short, 1, { ttl: 1 });
      await assertExpires(short);
      assert.equal(await valueAt(scratch), document(2));
    },
  },
];
