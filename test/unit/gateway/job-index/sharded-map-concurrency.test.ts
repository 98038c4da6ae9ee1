import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  createShardedMap,
  type Entry,
  type ShardedMap,
} from '../../../../services/gateway/job-index/sharded-map.ts';
import { entriesOf } from '../../../../services/shared/job-index/shard.ts';
import { updateDocument } from '../../../../services/shared/state/documents.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import type { StateStore } from '../../../../services/shared/state/state-store.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { randomNumbers } from '../../../support/random.ts';
import { Crash, createConcurrentGateways, type Process } from './concurrent-gateways.ts';

type Value = { by: string };
const TTL = 3600;
/** The most entries of a document: so few that a few dozen entries make several levels. */
const MOST = 3;
const GATEWAYS = 3;
const STEPS = 12;

const mapOver = (state: StateStore) =>
  createShardedMap<Value>(state, 'm', { ttlSeconds: TTL, maxEntries: MOST });
const entriesIn = (value: string) => entriesOf(JSON.parse(value).document).length;
const listed = async (map: ShardedMap<Value>) => (await Array.fromAsync(map.list())).flat();

/** Checks what must be true of the map after any history: it holds every entry that was put and not removed since. */
class History {
  /** The version of each id's last completed put, until a gateway may have removed it. */
  readonly wanted = new Map<string, string>();
  /** Ids whose put is running, or died. */
  readonly unsure = new Set<string>();
  /** Versions that a gateway has removed or tried to. Ids, too, where an entry's version may have changed since its put. */
  readonly removed = new Set<string>();

  check(entries: readonly Entry<Value>[]): void {
    const ids = entries.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, 'an entry is listed twice');
    const order = ids.map((id) => [...id].reverse().join(''));
    assert.deepEqual(order, order.toSorted(), 'the entries are not in order');
    for (const id of this.wanted.keys()) assert.ok(ids.includes(id), `${id} is lost`);
  }
}

/** Makes ids that belong to the same few documents. */
function createIds(random: (below: number) => number) {
  let count = 0;
  return () => {
    const digits = [random(2), random(3), random(16), random(16)].map((digit) => digit.toString(16));
    const tail = digits.reverse().join('');
    return `00000000-0000-4000-8000-${(count++).toString(16).padStart(8, '0')}${tail}`;
  };
}

/** The map of the previous release, before documents were split. It knows only the roots, and rewrites them as a whole. */
function oldMap(state: StateStore): Pick<ShardedMap<Value>, 'put' | 'remove'> {
  type Shard = Record<string, Entry<Value>>;
  const write = (id: string, change: (shard: Shard | undefined) => Shard | undefined) =>
    updateDocument<Shard>(state, `m:${id.slice(-1)}`, change, { ttlSeconds: TTL });
  return {
    async put(values) {
      const entries = values.map((value) => ({ ...value, version: crypto.randomUUID() }));
      for (const entry of entries) await write(entry.id, (shard) => ({ ...shard, [entry.id]: entry }));
      return entries;
    },
    async remove(entries) {
      for (const gone of entries) {
        const isKept = ([id, { version }]: [string, Entry<Value>]) =>
          id !== gone.id || version !== gone.version;
        await write(gone.id, (shard) => shard && Object.fromEntries(Object.entries(shard).filter(isKept)));
      }
    },
  };
}

interface Run {
  context: TestContext;
  seed: number;
  crashOneIn?: number;
  /** The number of gateways of the previous release. */
  old?: number;
}

async function runGateways({
  context,
  seed,
  crashOneIn,
  old = 0,
}: Run): Promise<{ history: History; state: ReturnType<typeof createMemoryState> }> {
  const random = randomNumbers(seed);
  const memory = createMemoryState(() => Date.now());
  const { start, settle } = createConcurrentGateways(memory, random, stoppedClock(context));
  const newId = createIds(random);
  const history = new History();
  const pick = <T>(items: readonly T[]) => items[random(items.length)] as T;

  async function put(map: Pick<ShardedMap<Value>, 'put'>, ids: string[], by: string): Promise<void> {
    for (const id of ids) {
      history.unsure.add(id);
      history.removed.delete(id);
    }
    const entries = await map.put(ids.map((id) => ({ id, by })));
    for (const { id, version } of entries) {
      if (!history.removed.has(version) && !history.removed.has(id)) history.wanted.set(id, version);
      history.unsure.delete(id);
    }
  }

  async function remove(map: Pick<ShardedMap<Value>, 'remove'>, entries: Entry<Value>[]): Promise<void> {
    for (const { id, version } of entries) {
      history.removed.add(version);
      // An entry of an old gateway gets another version when it is moved.
      if (old > 0) history.removed.add(id);
      // A put that has not completed yet may have been listed already.
      if (history.wanted.get(id) === version || history.unsure.has(id) || old > 0) history.wanted.delete(id);
    }
    await map.remove(entries);
  }

  async function gateway(process: Process, number: number): Promise<void> {
    const map = mapOver(process.state);
    const writer = number < old ? oldMap(process.state) : map;
    let own: string[] = [];
    let seen: Entry<Value>[] = [];
    for (let step = 0; step < STEPS; step++) {
      const what = random(10);
      if (what < 5) {
        // Each gateway puts only ids of its own, so that the last put of each id is known.
        const again = own.filter((id) => random(4) === 0 && !history.unsure.has(id));
        const ids = [...again, ...Array.from({ length: 1 + random(6) }, newId)];
        own = [...new Set([...own, ...ids])];
        await put(writer, ids, `${number}`);
      } else if (what < 8 && seen.length > 0) {
        await remove(
          writer,
          Array.from({ length: 1 + random(4) }, () => pick(seen)),
        );
      } else {
        const before = new Map(history.wanted);
        seen = await listed(map);
        const sure = new History();
        for (const [id, version] of before) {
          if (history.wanted.get(id) === version) sure.wanted.set(id, version);
        }
        sure.check(seen);
      }
    }
  }

  const failures: unknown[] = [];
  const works = Array.from({ length: GATEWAYS }, (_, number) =>
    gateway(start(), number).catch((error: unknown) => {
      const errors = error instanceof AggregateError ? error.errors : [error];
      if (!errors.every((one) => one instanceof Crash)) failures.push(error);
    }),
  );
  await settle(works, crashOneIn);
  if (failures[0]) throw failures[0];
  return { history, state: memory };
}

describe('createShardedMap, with several gateways', () => {
  const SEEDS = Array.from({ length: 40 }, (_, number) => number + 1);

  for (const [what, run] of [
    ['while no gateway dies', {}],
    ['while gateways die at any call of the store', { crashOneIn: 60 }],
    ['while one of them runs the previous release', { old: 1 }],
    ['while gateways die and one of them runs the previous release', { old: 1, crashOneIn: 60 }],
  ] as const) {
    test(`loses no entry and lists each once in order ${what}`, async (context) => {
      for (const seed of SEEDS) {
        await context.test(`holds for seed ${seed}`, async (context) => {
          const { history, state } = await runGateways({ context, seed, ...run });
          const entries = await listed(mapOver(state));
          history.check(entries);
          if ('old' in run || 'crashOneIn' in run) return;
          assert.ok(!entries.some(({ version }) => history.removed.has(version)), 'an entry was not removed');
          const sizes = [...(await state.getMany(state.keys())).values()].map(({ value }) =>
            entriesIn(value),
          );
          assert.ok(Math.max(...sizes) <= MOST);
          assert.equal(
            sizes.reduce((sum, size) => sum + size, 0),
            entries.length,
            'copies of a split are left that another gateway was faster with',
          );
        });
      }
    });
  }
});
