import assert from 'node:assert/strict';
import { encodeDocument } from '../../services/shared/state/state-store.ts';
import type { Scratch, StorePromise } from '../../services/shared/state/store-promises.ts';
import { randomBytes } from '../support/random.ts';

export interface ContractPromise extends StorePromise {
  /** The check needs a store whose clock can be moved, because it has to know how much time has passed. */
  needsClock?: boolean;
  /** The check is about `putBytes` and `getBytes`. */
  isAboutBytes?: boolean;
}

/** Values that a store took for something else than text. Each of them broke at least one store. */
const HOSTILE_VALUES: Record<string, object> = {
  'a text that begins as a field path of MongoDB': { filename: '$etag' },
  'an expression of MongoDB': { filename: { $concat: ['a', 'b'] } },
  'names with dots and dollars': { 'a.b.c': 1, $set: { 'x.y': null }, __proto__x: 1 },
  'emoji and other scripts': { filename: '🎬 фильм 映画 \u{1f469}‍🚀 é é' },
  'control characters': { filename: '\0\u0001\t\r\n\u001b[31m\u007f\u0085\u2028\u2029' },
  'half of a surrogate pair': { filename: '\ud83d' },
  'quotes and backslashes': { filename: '"\\" \\u0041 \\\\n \' `' },
  'text that looks like SQL': { filename: "'; DROP TABLE state; --" },
  'an empty document': {},
};

const valueAt = async ({ state, key }: Scratch) => (await state.get(key))?.value;
const etagAt = async ({ state, key }: Scratch) =>
  (await state.get(key))?.etag ?? assert.fail(`${key} is not there`);

/** Waits until the condition holds. Time passes for the store meanwhile. */
async function until({ wait }: Scratch, what: string, condition: () => Promise<boolean>, ms = 60_000) {
  for (let waited = 0; !(await condition()); waited += 200) {
    assert.ok(waited < ms, `gave up waiting for ${what}`);
    await wait(200);
  }
}

const hostileValues = Object.entries(HOSTILE_VALUES).map(
  ([what, document]): ContractPromise => ({
    name: `keep ${what}`,
    async check({ state, key }) {
      const value = encodeDocument(document);
      assert.match(value, /^[\x20-\x7e]+$/);
      await state.put(key, value);
      assert.equal((await state.get(key))?.value, value);
      assert.equal((await state.getMany([key])).get(key)?.value, value);
      assert.deepEqual(JSON.parse(value), document);
    },
  }),
);

const sizes = [0, 1, 2, 3, 1023, 1024 * 1024, 1024 * 1024 + 1].map(
  (size): ContractPromise => ({
    name: `keep ${size} bytes, and let their buffer be used again`,
    isAboutBytes: true,
    async check({ state, key }) {
      const bytes = randomBytes(size);
      const buffer = Buffer.from(bytes);
      await state.putBytes(key, buffer);
      buffer.fill(0);
      assert.ok((await state.getBytes(key))?.equals(bytes));
      await state.delete(key);
      assert.equal(await state.getBytes(key), undefined);
    },
  }),
);

// A TTL that is over already must not be taken for no TTL at all.
const pastTtls = [0, -1, -5, -1e9, 0.2].map(
  (ttlSeconds): ContractPromise => ({
    name: `let a key with a TTL of ${ttlSeconds} s expire`,
    isAboutBytes: true,
    async check(scratch) {
      const { state, key } = scratch;
      const keys = [`${key}:document`, `${key}:bytes`] as const;
      await state.put(keys[0], '{}', { ttlSeconds });
      await state.putBytes(keys[1], Buffer.of(1), { ttlSeconds });
      await until(scratch, 'the keys to expire', async () => {
        const [document, bytes] = await Promise.all([state.get(keys[0]), state.getBytes(keys[1])]);
        return document === undefined && bytes === undefined;
      });
    },
  }),
);

/** Promises that are too slow or too special for every start of a gateway. The contract tests check them all the same. */
export const CONTRACT_PROMISES: readonly ContractPromise[] = [
  {
    name: 'give back each value until the key is deleted',
    async check(scratch) {
      const { state, key } = scratch;
      assert.equal(await state.get(key), undefined);
      for (const value of ['{"a":1}', '{"a":2}']) {
        assert.equal(await state.put(key, value), true);
        assert.equal(await valueAt(scratch), value);
      }
      await state.delete(key);
      assert.equal(await state.get(key), undefined);
    },
  },
  {
    name: 'accept the deletion of a key that does not exist',
    check: ({ state, key }) => state.delete(key),
  },
  {
    name: 'give 40 keys at once, with ETags and without those that are missing',
    async check({ state, key }) {
      const keys = Array.from({ length: 40 }, (_, number) => `${key}:${number}`);
      const present = keys.filter((_, number) => number % 3 > 0);
      await Promise.all(present.map((each) => state.put(each, encodeDocument({ each }))));
      const found = await state.getMany(keys);
      assert.deepEqual([...found.keys()].sort(), [...present].sort());
      for (const [each, entry] of found) assert.deepEqual(entry, await state.get(each));
      assert.equal((await state.getMany([])).size, 0);
    },
  },
  {
    name: 'change the ETag at each put, also of the same value',
    async check(scratch) {
      const etags = new Set<string>();
      for (let count = 0; count < 4; count++) {
        await scratch.state.put(scratch.key, '{}');
        etags.add(await etagAt(scratch));
      }
      assert.equal(etags.size, 4);
    },
  },
  {
    name: 'create a key again after its deletion, and not before',
    async check(scratch) {
      const { state, key } = scratch;
      assert.equal(await state.put(key, '{"by":1}', { when: 'create' }), true);
      assert.equal(await state.put(key, '{"by":2}', { when: 'create' }), false);
      assert.equal(await valueAt(scratch), '{"by":1}');
      await state.delete(key);
      assert.equal(await state.put(key, '{"by":3}', { when: 'create' }), true);
    },
  },
  {
    name: 'compare and set with the stored ETag, and refuse an older one',
    async check(scratch) {
      const { state, key } = scratch;
      await state.put(key, '{"by":1}');
      const old = await etagAt(scratch);
      assert.equal(await state.put(key, '{"by":2}', { when: { etag: old } }), true);
      assert.equal(await state.put(key, '{"by":3}', { when: { etag: old } }), false);
      assert.equal(await valueAt(scratch), '{"by":2}');
    },
  },
  {
    // MongoDB brings the key back, and sqlite refuses. Both are allowed, but a store must not say one and do the other. No
    // code relies on either: a job that is deleted for good becomes a tombstone, which is set by compare-and-set.
    name: 'tell the truth about a compare-and-set with the ETag of a deleted key',
    async check(scratch) {
      const { state, key } = scratch;
      await state.put(key, '{"by":1}');
      const etag = await etagAt(scratch);
      await state.delete(key);
      const done = await state.put(key, '{"by":2}', { when: { etag } });
      assert.equal(await valueAt(scratch), done ? '{"by":2}' : undefined);
    },
  },
  ...hostileValues,
  {
    name: 'keep a document of 1.4 MB',
    async check(scratch) {
      const { state, key } = scratch;
      const value = encodeDocument({ bytes: randomBytes(1024 * 1024).toString('base64') });
      await state.put(key, value);
      assert.ok((await valueAt(scratch)) === value);
      await state.delete(key);
    },
  },
  ...sizes,
  {
    name: 'give each reader of the same bytes a buffer of its own',
    isAboutBytes: true,
    async check({ state, key }) {
      await state.putBytes(key, Buffer.from('one and the same'));
      const [first, second] = await Promise.all([state.getBytes(key), state.getBytes(key)]);
      first?.fill('x');
      assert.equal(second?.toString(), 'one and the same');
    },
  },
  {
    name: 'do nothing once the signal is aborted',
    isAboutBytes: true,
    async check(scratch) {
      const { state, key } = scratch;
      const signal = AbortSignal.abort(new Error('called off'));
      const calledOff = { message: 'called off' };
      await state.put(key, '{"by":1}');
      await assert.rejects(state.put(key, '{"by":2}', { signal }), calledOff);
      await assert.rejects(state.putBytes(key, Buffer.of(2), { signal }), calledOff);
      await assert.rejects(state.get(key, signal), calledOff);
      await assert.rejects(state.getBytes(key, signal), calledOff);
      await assert.rejects(state.getMany([key], signal), calledOff);
      await assert.rejects(state.delete(key, signal), calledOff);
      assert.equal(await valueAt(scratch), '{"by":1}');
    },
  },
  ...pastTtls,
  {
    name: 'keep a key whose TTL is too large a number for the store',
    async check(scratch) {
      const { state, key } = scratch;
      await state.put(key, '{}', { ttlSeconds: 1e11 });
      assert.equal(await valueAt(scratch), '{}');
      await state.delete(key);
    },
  },
  {
    // MongoDB hides an expired key at once, but the key exists until a monitor has deleted it, and `create` finds it. No code
    // relies on either: no lease depends on the expiry of a key, and no id is used twice.
    name: 'tell the truth about the creation of a key that has expired',
    async check(scratch) {
      const { state, key } = scratch;
      await state.put(key, '{"by":1}', { ttlSeconds: 1 });
      await until(scratch, 'the key to expire', async () => (await state.get(key)) === undefined);
      const create = () => state.put(key, '{"by":2}', { when: 'create' });
      const done = await create();
      assert.equal(await valueAt(scratch), done ? '{"by":2}' : undefined);
      if (!done) await until(scratch, 'a creation', create, 120_000);
    },
  },
  {
    name: 'let keys expire at the time of their last put',
    needsClock: true,
    async check({ state, key, wait }) {
      const [short, long, renewed, cleared] = ['short', 'long', 'renewed', 'cleared'].map(
        (name) => `${key}:${name}`,
      ) as [string, string, string, string];
      for (const each of [renewed, cleared]) await state.put(each, '{}', { ttlSeconds: 10 });
      await state.putBytes(short, Buffer.of(1), { ttlSeconds: 10 });
      await state.put(long, '{}', { ttlSeconds: 100 });
      await state.put(renewed, '{}', { ttlSeconds: 100 });
      await state.put(cleared, '{}');
      await wait(9_000);
      assert.equal((await state.getBytes(short))?.length, 1);
      assert.equal((await state.getMany([long])).size, 1);
      await wait(2_000);
      assert.deepEqual([...(await state.getMany([long, renewed, cleared])).keys()], [long, renewed, cleared]);
      assert.equal(await state.getBytes(short), undefined);
    },
  },
];
