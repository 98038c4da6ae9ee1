import { readDocuments } from './documents.ts';
import { childrenOf, entriesOf, holds, orderOf, type Place, rootsOf, type Shard, splitOf } from './shard.ts';
import type { Entry } from './sharded-map.ts';
import type { StateStore } from './state.ts';

/** Documents that are read at once: few at first, for a reader that wants one page, then four times as many. */
const NARROWEST = 16;
const WIDEST = 128;

/** A place on the way: it is to be read, or was and waits for those before it. */
interface Step<T> {
  place: Place;
  /** What a gateway of the release before has put into a document above: newer than what is below. */
  above: Entry<T>[];
  entries?: Entry<T>[];
}

/** All entries below the roots in the order of {@link orderOf}, as many documents at once as the order allows. */
export async function* readShards<T>(
  state: StateStore,
  name: string,
  after: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Entry<T>[]> {
  const from = after === undefined ? '' : orderOf(after);
  const mayFollow = ({ digits }: Place) => orderOf(digits) >= from.slice(0, digits.length);

  function read({ place, above }: Step<T>, shard: Shard<T> | undefined): Step<T>[] {
    const record = splitOf(shard);
    const entries = [...new Map([...entriesOf(shard), ...above].map((entry) => [entry.id, entry])).values()];
    if (!record) return [{ place, above, entries }];
    return childrenOf(place, name, record.version)
      .filter(mayFollow)
      .map((child) => ({ place: child, above: entries.filter((entry) => holds(child, entry)) }));
  }

  let steps: Step<T>[] = rootsOf(name)
    .filter(mayFollow)
    .map((place) => ({ place, above: [] }));
  for (let width = NARROWEST; steps.length > 0; width = Math.min(width * 4, WIDEST)) {
    const next = new Set(steps.filter(({ entries }) => !entries).slice(0, width));
    const keys = [...next].map(({ place }) => place.key);
    const shards = await readDocuments<Shard<T>>(state, keys, signal);
    steps = steps.flatMap((step) =>
      next.has(step) ? read(step, shards.get(step.place.key)?.document) : step,
    );
    const open = steps.findIndex(({ entries }) => !entries);
    const batch = steps
      .splice(0, open < 0 ? steps.length : open)
      .flatMap(({ entries }) => inOrder(entries, from));
    if (batch.length > 0) yield batch;
  }
}

function inOrder<T>(entries: readonly Entry<T>[] = [], from: string): Entry<T>[] {
  return entries
    .map((entry) => ({ entry, order: orderOf(entry.id) }))
    .filter(({ order }) => order > from)
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ entry }) => entry);
}
