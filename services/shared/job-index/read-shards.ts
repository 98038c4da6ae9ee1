import { readDocuments } from '../state/documents.ts';
import type { StateStore } from '../state/state-store.ts';
import {
  childPlaces,
  type Entry,
  entriesOf,
  findSplitRecord,
  holds,
  lastIdOf,
  orderOf,
  type Place,
  rootPlaces,
  type Shard,
} from './shard.ts';

/**
 * Documents that are read at once: few at first, for a reader that needs
 * only one page, and then four times as many each time.
 */
const MIN_WIDTH = 16;
const MAX_WIDTH = 128;

/** A place that is not read yet, or whose entries wait until all places before it are read. */
interface Step<T> {
  place: Place;
  /** Entries that a gateway of the previous release has put into a document above. They are newer than the entries below. */
  above: Entry<T>[];
  entries?: Entry<T>[];
}

/** The entries that one or more bulk reads have found. */
export interface ListPart<T> {
  /** It may be empty, because a document stays after its entries are removed. */
  entries: Entry<T>[];
  /** The id with which, as `after`, the list continues behind this part. */
  end: string;
  /** The number of documents that were read for this part. */
  documents: number;
}

/** Reads all entries in the order of {@link orderOf}, as many documents at once as that order allows. */
export async function* readShards<T>(
  state: StateStore,
  name: string,
  after: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListPart<T>> {
  const from = after === undefined ? '' : orderOf(after);
  const mayFollow = ({ digits }: Place) => orderOf(digits) >= from.slice(0, digits.length);

  function read({ place, above }: Step<T>, shard: Shard<T> | undefined): Step<T>[] {
    const record = findSplitRecord(shard);
    const entries = [...new Map([...entriesOf(shard), ...above].map((entry) => [entry.id, entry])).values()];
    if (!record) return [{ place, above, entries }];
    return childPlaces(place, name, record.version)
      .filter(mayFollow)
      .map((child) => ({ place: child, above: entries.filter((entry) => holds(child, entry)) }));
  }

  let steps: Step<T>[] = rootPlaces(name)
    .filter(mayFollow)
    .map((place) => ({ place, above: [] }));
  let documents = 0;
  for (let width = MIN_WIDTH; steps.length > 0; width = Math.min(width * 4, MAX_WIDTH)) {
    const next = new Set(steps.filter(({ entries }) => !entries).slice(0, width));
    const keys = [...next].map(({ place }) => place.key);
    documents += keys.length;
    const shards = await readDocuments<Shard<T>>(state, keys, signal);
    steps = steps.flatMap((step) =>
      next.has(step) ? read(step, shards.get(step.place.key)?.document) : step,
    );
    const open = steps.findIndex(({ entries }) => !entries);
    const finished = steps.splice(0, open < 0 ? steps.length : open);
    const last = finished.at(-1);
    if (!last) continue;
    const entries = finished.flatMap((step) => inOrder(step.entries, from));
    yield { entries, end: lastIdOf(last.place), documents };
    documents = 0;
  }
}

function inOrder<T>(entries: readonly Entry<T>[] = [], from: string): Entry<T>[] {
  return entries
    .map((entry) => ({ entry, order: orderOf(entry.id) }))
    .filter(({ order }) => order > from)
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ entry }) => entry);
}
