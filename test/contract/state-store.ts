import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { encodeDocument, type StateStore } from '../../services/shared/state/state-store.ts';
import { randomBytes } from '../support/random.ts';
import { waitFor } from '../support/wait.ts';

export interface StateUnderTest {
  state: StateStore;
  /** Moves the store's clock, where that can be done. */
  advance?: (seconds: number) => void;
}

/** Values that a store took for something else than text, each seen to break one. */
const HOSTILE: Record<string, object> = {
  'a text that begins as a field path of MongoDB': { filename: '$etag' },
  'an expression of MongoDB': { filename: { $concat: ['a', 'b'] } },
  'names with dots and dollars': { 'a.b.c': 1, $set: { 'x.y': null }, __proto__x: 1 },
  'emoji and other scripts': { filename: '🎬 фильм 映画 \u{1f469}‍🚀 é é' },
  'control characters': { filename: '\0\u0001\t\r\n\u001b[31m\u007f\u0085\u2028\u2029' },
  'half of a surrogate pair': { filename: '\ud83d' },
  'quotes and backslashes': { filename: '"\\" \\u0041 \\\\n \' `' },
  'what looks like SQL': { filename: "'; DROP TABLE state; --" },
  nothing: {},
};

/** What every {@link StateStore} must do. */
export function stateStoreContract(name: string, make: () => StateUnderTest): void {
  describe(`state store: ${name}`, () => {
    const { state, advance } = make();
    const newKey = () => `contract:${randomUUID()}`;
    const etagOf = async (key: string) => (await state.get(key))?.etag ?? assert.fail(`${key} is not there`);
    const storedAt = async (key: string) => (await state.get(key))?.value;

    test('gives back what was put, until it is deleted', async () => {
      const key = newKey();
      assert.equal(await state.get(key), undefined);
      assert.equal(await state.put(key, '{"a":1}'), true);
      assert.equal(await storedAt(key), '{"a":1}');
      assert.equal(await state.put(key, '{"a":2}'), true);
      assert.equal(await storedAt(key), '{"a":2}');
      await state.delete(key);
      assert.equal(await state.get(key), undefined);
    });

    test('deletes what does not exist', () => state.delete(newKey()));

    test('gives many at once, with ETags, and leaves out what is missing', async () => {
      const keys = Array.from({ length: 40 }, newKey);
      const present = keys.filter((_, number) => number % 3 > 0);
      await Promise.all(present.map((key) => state.put(key, encodeDocument({ key }))));
      const found = await state.getMany(keys);
      assert.deepEqual([...found.keys()].sort(), [...present].sort());
      for (const [key, entry] of found) assert.deepEqual(entry, await state.get(key));
      assert.equal((await state.getMany([])).size, 0);
    });

    test('changes the ETag at each put, also of the same value', async () => {
      const key = newKey();
      const etags = new Set<string>();
      for (let count = 0; count < 4; count++) {
        await state.put(key, '{}');
        etags.add(await etagOf(key));
      }
      assert.equal(etags.size, 4);
    });

    test('creates only what does not exist', async () => {
      const key = newKey();
      assert.equal(await state.put(key, '{"by":1}', { when: 'create' }), true);
      assert.equal(await state.put(key, '{"by":2}', { when: 'create' }), false);
      assert.equal(await storedAt(key), '{"by":1}');
      await state.delete(key);
      assert.equal(await state.put(key, '{"by":3}', { when: 'create' }), true);
    });

    test('compares and sets: the stored ETag wins, an older one does not', async () => {
      const key = newKey();
      await state.put(key, '{"by":1}');
      const old = await etagOf(key);
      assert.equal(await state.put(key, '{"by":2}', { when: { etag: old } }), true);
      assert.equal(await state.put(key, '{"by":3}', { when: { etag: old } }), false);
      assert.equal(await storedAt(key), '{"by":2}');
    });

    for (const [what, when] of [
      ['creations', async () => ({ key: newKey(), when: 'create' as const })],
      [
        'compare-and-sets',
        async () => {
          const key = newKey();
          await state.put(key, '{"by":"nobody"}');
          return { key, when: { etag: await etagOf(key) } };
        },
      ],
    ] as const) {
      test(`of ${what} at the same time, one wins, and its value stays`, async () => {
        const { key, when: condition } = await when();
        const writers = Array.from({ length: 8 }, (_, by) => by);
        const won = await Promise.all(
          writers.map((by) => state.put(key, encodeDocument({ by }), { when: condition })),
        );
        const winners = writers.filter((by) => won[by]);
        assert.equal(winners.length, 1);
        assert.equal(await storedAt(key), encodeDocument({ by: winners[0] }));
      });
    }

    // MongoDB brings the key back and sqlite refuses: allowed is either, but not to say one and do the other. No code relies
    // on either: what is deleted for good is a tombstone set by compare-and-set.
    test('after a deletion, tells the truth about a compare-and-set with the old ETag', async () => {
      const key = newKey();
      await state.put(key, '{"by":1}');
      const etag = await etagOf(key);
      await state.delete(key);
      const done = await state.put(key, '{"by":2}', { when: { etag } });
      assert.equal(await storedAt(key), done ? '{"by":2}' : undefined);
    });

    for (const [what, document] of Object.entries(HOSTILE)) {
      test(`keeps ${what}`, async () => {
        const key = newKey();
        const value = encodeDocument(document);
        assert.match(value, /^[\x20-\x7e]+$/);
        await state.put(key, value);
        assert.equal(await storedAt(key), value);
        assert.equal((await state.getMany([key])).get(key)?.value, value);
        assert.deepEqual(JSON.parse(value), document);
      });
    }

    test('keeps a document of 1.4 MB', async () => {
      const key = newKey();
      const value = encodeDocument({ bytes: randomBytes(1024 * 1024).toString('base64') });
      await state.put(key, value);
      assert.ok((await storedAt(key)) === value);
      await state.delete(key);
    });

    for (const size of [0, 1, 2, 3, 1023, 1024 * 1024, 1024 * 1024 + 1]) {
      test(`keeps ${size} bytes, and lets their buffer be used again`, async () => {
        const key = newKey();
        const bytes = randomBytes(size);
        const buffer = Buffer.from(bytes);
        await state.putBytes(key, buffer);
        buffer.fill(0);
        assert.ok((await state.getBytes(key))?.equals(bytes));
        await state.delete(key);
        assert.equal(await state.getBytes(key), undefined);
      });
    }

    test('gives each reader of the same bytes bytes of its own', async () => {
      const key = newKey();
      await state.putBytes(key, Buffer.from('one and the same'));
      const [first, second] = await Promise.all([state.getBytes(key), state.getBytes(key)]);
      first?.fill('x');
      assert.equal(second?.toString(), 'one and the same');
    });

    test('does nothing once it was called off', async () => {
      const key = newKey();
      const signal = AbortSignal.abort(new Error('called off'));
      const calledOff = { message: 'called off' };
      await state.put(key, '{"by":1}');
      await assert.rejects(state.put(key, '{"by":2}', { signal }), calledOff);
      await assert.rejects(state.putBytes(key, Buffer.of(2), { signal }), calledOff);
      await assert.rejects(state.get(key, signal), calledOff);
      await assert.rejects(state.getBytes(key, signal), calledOff);
      await assert.rejects(state.getMany([key], signal), calledOff);
      await assert.rejects(state.delete(key, signal), calledOff);
      assert.equal(await storedAt(key), '{"by":1}');
    });

    // A time that has passed already must not be taken for none at all.
    for (const ttlSeconds of [0, -1, -5, -1e9, 0.2]) {
      test(`keeps nothing for ever that is to live for ${ttlSeconds} s`, async () => {
        const [document, bytes] = [newKey(), newKey()];
        await state.put(document, '{}', { ttlSeconds });
        await state.putBytes(bytes, Buffer.of(1), { ttlSeconds });
        advance?.(2);
        await waitFor('the keys to expire', async () => (await state.getMany([document, bytes])).size === 0);
      });
    }

    test('keeps for very long what is to live for longer than it can count', async () => {
      const key = newKey();
      await state.put(key, '{}', { ttlSeconds: 1e11 });
      assert.equal(await storedAt(key), '{}');
      await state.delete(key);
    });

    // On MongoDB a key whose time is over is hidden at once, but there until a monitor has passed, and 'create' finds it. No
    // code relies on either: no lease is made of a key's expiry, and no id is used twice.
    test('after an expiry, tells the truth about a creation', async () => {
      const key = newKey();
      await state.put(key, '{"by":1}', { ttlSeconds: 1 });
      advance?.(2);
      await waitFor('the key to expire', async () => (await state.get(key)) === undefined);
      const done = await state.put(key, '{"by":2}', { when: 'create' });
      assert.equal(await storedAt(key), done ? '{"by":2}' : undefined);
      if (!done)
        await waitFor('a creation', () => state.put(key, '{"by":2}', { when: 'create' }), {
          timeoutMs: 120_000,
        });
    });

    test('expires', { skip: advance ? false : 'its clock cannot be moved' }, async () => {
      const [short, long, renewed, cleared] = [newKey(), newKey(), newKey(), newKey()] as const;
      for (const key of [renewed, cleared]) await state.put(key, '{}', { ttlSeconds: 10 });
      await state.putBytes(short, Buffer.of(1), { ttlSeconds: 10 });
      await state.put(long, '{}', { ttlSeconds: 100 });
      await state.put(renewed, '{}', { ttlSeconds: 100 });
      await state.put(cleared, '{}');
      advance?.(9);
      assert.equal((await state.getMany([short, long])).size, 2);
      advance?.(2);
      assert.deepEqual(
        [...(await state.getMany([short, long, renewed, cleared])).keys()],
        [long, renewed, cleared],
      );
      assert.equal(await state.getBytes(short), undefined);
    });
  });
}
