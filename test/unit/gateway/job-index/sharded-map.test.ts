import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createShardedMap, type ShardedMap } from '../../../../services/gateway/job-index/sharded-map.ts';
import { entriesOf, type Shard } from '../../../../services/shared/job-index/shard.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { updateDocument } from '../../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';

type Value = { value: number };
const TTL = 1000;

const reversed = (text: string) => [...text].reverse().join('');
const inOrder = (ids: string[]) => ids.map(reversed).sort().map(reversed);
const idEnding = (tail: string) => randomUUID().slice(0, 36 - tail.length) + tail;
const valuesOf = (ids: readonly string[]) => ids.map((id, value) => ({ id, value }));
const newIds = (count: number, tail = '') => Array.from({ length: count }, () => idEnding(tail));
const idsOf = async (map: ShardedMap<Value>, after?: string) =>
  (await Array.fromAsync(map.list(undefined, after))).flat().map(({ id }) => id);

interface Options {
  maxEntries?: number;
  isWanted?: (entry: Value) => boolean;
}

function build({ maxEntries = 4, isWanted = () => true }: Options = {}) {
  const state = createMemoryState(() => Date.now());
  const calls: { what: string; keys: readonly string[] }[] = [];
  const on: { put: (key: string) => void } = { put: () => undefined };
  const watched: StateStore = {
    ...state,
    get(key, ...rest) {
      calls.push({ what: 'get', keys: [key] });
      return state.get(key, ...rest);
    },
    getMany(keys, ...rest) {
      calls.push({ what: 'getMany', keys });
      return state.getMany(keys, ...rest);
    },
    async put(key, ...rest) {
      calls.push({ what: 'put', keys: [key] });
      on.put(key);
      return state.put(key, ...rest);
    },
  };
  const make = () => createShardedMap<Value>(watched, 'm', { ttlSeconds: TTL, maxEntries, isWanted });
  return {
    state,
    calls,
    on,
    map: make(),
    /** The numbers of entries and bytes of each document. */
    async sizes() {
      const documents = [...(await state.getMany(state.keys())).values()];
      return documents.map(({ value }) => ({
        entries: entriesOf(JSON.parse(value).document).length,
        bytes: value.length,
      }));
    },
    /** Rewrites a root as a gateway of the previous release does. */
    old: (key: string, change: (shard: Shard<Value>) => Shard<Value>) =>
      updateDocument<Shard<Value>>(state, key, (shard = {}) => change(shard), { ttlSeconds: TTL }),
  };
}

/** Stops the clock, and returns a function that moves it to so many seconds after the beginning. */
function stoppedDate({ mock }: TestContext) {
  const begin = Date.now();
  mock.timers.enable({ apis: ['Date'], now: begin });
  return (seconds: number) => mock.timers.setTime(begin + seconds * 1000);
}

describe('createShardedMap', () => {
  for (const count of [0, 1, 4, 5, 60, 700]) {
    test(`keeps ${count} entries in documents of at most four, and lists them in the order of their reversed ids`, async () => {
      const { map, sizes } = build();
      const ids = newIds(count);
      await map.put(valuesOf(ids));
      assert.deepEqual(await idsOf(map), inOrder(ids));
      assert.ok((await sizes()).every(({ entries }) => entries <= 4));
    });
  }

  test('stores entries that are put one by one in the same way', async () => {
    const { map, sizes } = build();
    const ids = newIds(120);
    for (const id of ids) await map.put(valuesOf([id]));
    for (const id of ids.slice(0, 20)) await map.put(valuesOf([id]));
    assert.deepEqual(await idsOf(map), inOrder(ids));
    assert.ok((await sizes()).every(({ entries }) => entries <= 4));
  });

  test('stores ids whose last twelve digits are the same in one document', async () => {
    const { map } = build();
    const ids = newIds(9, 'aaaaaaaaaaaa');
    await map.put(valuesOf(ids));
    assert.deepEqual(await idsOf(map), inOrder(ids));
  });

  for (const at of [0, 1, 99, 198, 199]) {
    test(`lists the entries after entry ${at} of 200, also when that entry is removed`, async () => {
      const { map } = build();
      const ids = inOrder(newIds(200));
      const entries = await map.put(valuesOf(ids));
      const after = ids[at] ?? assert.fail();
      assert.deepEqual(await idsOf(map, after), ids.slice(at + 1));
      await map.remove(entries.filter(({ id }) => id === after));
      assert.deepEqual(await idsOf(map, after), ids.slice(at + 1));
    });
  }

  test('removes the given entries on every level, except those that were put again', async () => {
    const { map } = build();
    const ids = newIds(300);
    const entries = await map.put(valuesOf(ids));
    const [again, gone] = [ids.slice(0, 50), entries.slice(0, 200)];
    await map.put(valuesOf(again));
    await map.remove(gone);
    assert.deepEqual(await idsOf(map), inOrder([...again, ...ids.slice(200)]));
  });

  test('writes nothing when there is nothing to remove', async () => {
    const { map, calls } = build();
    await map.put(valuesOf(newIds(30)));
    calls.length = 0;
    await map.remove(newIds(30).map((id) => ({ id, version: 'never' })));
    assert.deepEqual(
      calls.filter(({ what }) => what === 'put'),
      [],
    );
  });

  test('drops unwanted entries instead of splitting a document', async () => {
    let least = 0;
    const { map, sizes } = build({ isWanted: ({ value }) => value >= least });
    const ids = newIds(4, '0');
    await map.put(valuesOf(ids));
    least = 2;
    await map.put([{ id: idEnding('0'), value: 9 }]);
    assert.deepEqual(
      (await sizes()).map(({ entries }) => entries),
      [3],
    );
  });

  test('writes the other documents when one cannot be written, and throws', async () => {
    const { map, on } = build();
    const ids = [...newIds(20, '1'), ...newIds(20, '2'), ...newIds(20, '3')];
    on.put = (key) => {
      if (/^m:[^:]*2(:|$)/.test(key)) throw unavailable('the store');
    };
    await assert.rejects(map.put(valuesOf(ids)), { code: 'unavailable' });
    assert.deepEqual(await idsOf(map), inOrder(ids.filter((id) => !id.endsWith('2'))));
  });
});

describe('listParts', () => {
  test('continues after each part, also where all its entries are removed', async () => {
    const { map } = build();
    const entries = await map.put(valuesOf(newIds(3_000)));
    await map.remove(entries.slice(0, 2_900));
    const kept = inOrder(entries.slice(2_900).map(({ id }) => id));
    const parts = await Array.fromAsync(map.listParts());
    assert.ok(parts.length > 3);
    const before: string[] = [];
    for (const part of parts) {
      before.push(...part.entries.map(({ id }) => id));
      assert.deepEqual([...before, ...(await idsOf(map, part.end))], kept);
    }
  });
});

describe('createShardedMap, for a split record', () => {
  test('keeps the record for longer than every entry below it', async (context) => {
    const at = stoppedDate(context);
    const { map } = build();
    await map.put(valuesOf(newIds(9, '0')));
    for (const since of [0.2, 0.9, 1.6, 2.7]) {
      const late = idEnding('0');
      at(since * TTL);
      await map.put(valuesOf([late]));
      at((since + 0.999) * TTL);
      assert.ok((await idsOf(map)).includes(late), `put after ${since} lives`);
    }
  });

  test('lets the record expire when nothing was put below it for long', async (context) => {
    const at = stoppedDate(context);
    const { map, state } = build();
    await map.put(valuesOf(newIds(300)));
    at(2 * TTL);
    assert.deepEqual(state.keys(), []);
    const ids = newIds(30);
    await map.put(valuesOf(ids));
    assert.deepEqual(await idsOf(map), inOrder(ids));
  });

  test('restores the TTL of the record after a gateway of the previous release has shortened it', async (context) => {
    const at = stoppedDate(context);
    const { map, old } = build();
    await map.put(valuesOf(newIds(9, '0')));
    at(0.3 * TTL);
    await old('m:0', (shard) => shard);
    const late = idEnding('0');
    at(0.5 * TTL);
    await map.put(valuesOf([late]));
    at(1.4 * TTL);
    assert.ok((await idsOf(map)).includes(late));
  });
});

describe('createShardedMap, beside a gateway of the previous release', () => {
  test('gives a split record the shape of an entry, and an id that belongs to no document', async () => {
    const { map, state } = build();
    await map.put(valuesOf(newIds(9, '0')));
    const { value = '' } = (await state.get('m:0')) ?? {};
    const [record] = Object.values(JSON.parse(value).document as Shard<Value>);
    assert.equal(typeof record?.version, 'string');
    assert.match(record?.id ?? '', /[^\da-f]$/);
  });

  test('lists entries that the old gateway has put into a split document, and moves them down with the next write', async () => {
    const { map, old, state } = build();
    const ids = newIds(9, '0');
    await map.put(valuesOf(ids));
    const [other, same] = [idEnding('0'), ids[0] ?? ''];
    const entry = (id: string) => ({ id, version: `old ${id}`, value: 99 });
    await old('m:0', (shard) => ({ ...shard, [other]: entry(other), [same]: entry(same) }));
    const all = inOrder([...ids, other]);
    assert.deepEqual(await idsOf(map), all);
    const shown = (await Array.fromAsync(map.list())).flat().find(({ id }) => id === same);
    assert.equal(shown?.value, 99);

    const added = idEnding('0');
    await map.put(valuesOf([added]));
    assert.deepEqual(await idsOf(map), inOrder([...all, added]));
    const root = JSON.parse((await state.get('m:0'))?.value ?? '').document;
    assert.deepEqual(entriesOf(root), []);
  });

  test('splits a large document of the old gateway with the next write', async () => {
    const { map, old, sizes } = build();
    const ids = newIds(400, '0');
    await old('m:0', () => Object.fromEntries(ids.map((id) => [id, { id, version: id, value: 1 }])));
    await map.remove([{ id: ids[0] ?? '', version: ids[0] ?? '' }]);
    assert.deepEqual(await idsOf(map), inOrder(ids.slice(1)));
    await map.put(valuesOf(ids));
    assert.ok((await sizes()).every(({ entries }) => entries <= 4));
  });
});

describe('createShardedMap, with 400 times as many entries as one document may hold', () => {
  test('keeps documents small, and reads all entries in fewer than 60 calls and a page in at most four', async () => {
    const { map, sizes, calls } = build({ maxEntries: 25 });
    const ids = newIds(10_000);
    await map.put(valuesOf(ids));
    const documents = await sizes();
    assert.ok(Math.max(...documents.map(({ entries }) => entries)) <= 25);
    assert.ok(Math.max(...documents.map(({ bytes }) => bytes)) < 6.4 * 1024);

    calls.length = 0;
    const sorted = inOrder(ids);
    assert.ok(isDeepStrictEqual(await idsOf(map), sorted));
    assert.ok(calls.length < 60, `${calls.length} calls`);

    calls.length = 0;
    for await (const batch of map.list(undefined, sorted[5_000])) {
      assert.deepEqual(
        batch.slice(0, 10).map(({ id }) => id),
        sorted.slice(5_001, 5_011),
      );
      break;
    }
    assert.ok(calls.length <= 4, `${calls.length} calls`);
  });
});
