import { randomUUID } from 'node:crypto';
import {
  canSplit,
  childPlaces,
  createShard,
  createSplitShard,
  type Entry,
  entriesOf,
  findSplitRecord,
  holds,
  isSame,
  type Place,
  rootPlaces,
  type Shard,
} from '../../shared/job-index/shard.ts';
import { unavailable } from '../../shared/runtime/errors.ts';
import { updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

/** Documents that are written at the same time. */
const PARALLEL = 4;
/** Attempts to write a document that has to be split and that others keep changing. */
const MAX_TRIES = 30;

type Change<T, E> = (shard: Shard<T>, entries: readonly E[]) => Shard<T> | undefined;

interface Task<E> {
  place: Place;
  entries: readonly E[];
}

export interface ShardWriterOptions<T> {
  /** The longest time for which an entry is needed. */
  ttlSeconds: number;
  /** Whether an entry is still needed. The next write drops entries that are not. By default, all are needed. */
  isWanted: (entry: Entry<T>) => boolean;
  /** The most entries of one document. */
  maxEntries: number;
}

/**
 * Writes documents by compare-and-set, from the roots down. A document that would become too large is split: its entries are
 * copied to children under new keys, and then the document is replaced by a split record that names the children, unless it has
 * changed meanwhile. A writer that dies before the replacement has changed nothing, and its copies expire. After the
 * replacement, everybody writes to the children. A split is never undone, even when the children are empty again, because a
 * writer could still write to children that nobody reads any more.
 */
export class ShardWriter<T extends object> {
  readonly #state: StateStore;
  readonly #name: string;
  readonly #options: ShardWriterOptions<T>;
  /**
   * A split record has to outlive its children. It lives twice as long as they do, and a record that is older than a quarter of
   * their life is renewed before a child is written. The rest is a margin for clock skew. A branch to which nobody writes
   * expires as a whole.
   */
  readonly #splitSeconds: number;

  constructor(state: StateStore, name: string, options: ShardWriterOptions<T>) {
    this.#state = state;
    this.#name = name;
    this.#options = options;
    this.#splitSeconds = options.ttlSeconds * 2;
  }

  /** `change` gets a document, and the entries that belong to it. Where it returns undefined, nothing is written. */
  async write<E extends { id: string }>(
    entries: readonly E[],
    change: Change<T, E>,
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#run(tasksFor(rootPlaces(this.#name), entries), change, signal);
  }

  #isOld(since: string): boolean {
    const age = Math.abs(Date.now() - Date.parse(since));
    return !(age < this.#options.ttlSeconds * 250);
  }

  async #split(place: Place, seen: Shard<T>, signal: AbortSignal | undefined): Promise<void> {
    const generation = randomUUID();
    const copies = tasksFor(
      childPlaces(place, this.#name, generation),
      entriesOf(seen).filter(this.#options.isWanted),
    );
    await Promise.all(
      copies.map(({ place: { key }, entries }) =>
        updateDocument<Shard<T>>(this.#state, key, () => createShard(entries), {
          ttlSeconds: this.#options.ttlSeconds,
          signal,
        }),
      ),
    );
    const after = await updateDocument<Shard<T>>(
      this.#state,
      place.key,
      (current = {}) => (isSame(current, seen) ? createSplitShard(generation) : undefined),
      { ttlSeconds: this.#splitSeconds, signal },
    );
    if (findSplitRecord(after)?.version === generation) return;
    // The split has lost to another one, so nobody will ever read these copies. A copy that cannot be deleted expires.
    await Promise.allSettled(copies.map(({ place: { key } }) => this.#state.delete(key, signal)));
  }

  /**
   * Moves entries to the children that a gateway of the previous release has written into a split document. They get new
   * versions, so that an earlier removal does not apply to them.
   */
  async #renew(place: Place, shard: Shard<T>, children: Place[], signal: AbortSignal | undefined) {
    const strays = entriesOf(shard);
    const moved = strays.map((entry) => ({ ...entry, version: randomUUID() }));
    await this.#run(
      tasksFor(children, moved),
      (child, entries) => ({ ...child, ...createShard(entries) }),
      signal,
    );
    const generation = findSplitRecord(shard)?.version;
    const change = (current: Shard<T> | undefined): Shard<T> | undefined => {
      if (generation === undefined || findSplitRecord(current)?.version !== generation) return undefined;
      const rest = entriesOf(current).filter(({ id, version }) => shard[id]?.version !== version);
      return { ...createShard(rest), ...createSplitShard<T>(generation) };
    };
    await updateDocument<Shard<T>>(this.#state, place.key, change, {
      ttlSeconds: this.#splitSeconds,
      signal,
    });
  }

  /** Writes one document. Returns the tasks that are left for its children. */
  async #visit<E extends { id: string }>(
    { place, entries }: Task<E>,
    change: Change<T, E>,
    signal: AbortSignal | undefined,
  ): Promise<Task<E>[]> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      let isFull = false;
      const apply = (current: Shard<T> = {}): Shard<T> | undefined => {
        isFull = false;
        const changed = findSplitRecord(current) ? undefined : change(current, entries);
        if (!changed) return undefined;
        const wanted = entriesOf(changed).filter(this.#options.isWanted);
        isFull = wanted.length > this.#options.maxEntries && canSplit(place);
        return isFull ? undefined : createShard(wanted);
      };
      const shard = await updateDocument<Shard<T>>(this.#state, place.key, apply, {
        ttlSeconds: this.#options.ttlSeconds,
        signal,
      });
      const record = findSplitRecord(shard);
      if (shard && record) {
        const children = childPlaces(place, this.#name, record.version);
        if (entriesOf(shard).length > 0 || this.#isOld(record.since))
          await this.#renew(place, shard, children, signal);
        return tasksFor(children, entries);
      }
      if (!isFull) return [];
      await this.#split(place, shard ?? {}, signal);
    }
    throw unavailable('the store', new Error(`${this.#name} has too many concurrent writers`));
  }

  async #run<E extends { id: string }>(
    first: Task<E>[],
    change: Change<T, E>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const failures: unknown[] = [];
    for (const tasks = [...first]; tasks.length > 0; ) {
      signal?.throwIfAborted();
      const now = tasks.splice(-PARALLEL).map((task) => this.#visit(task, change, signal));
      for (const result of await Promise.allSettled(now)) {
        if (result.status === 'fulfilled') tasks.push(...result.value);
        else
          failures.push(
            ...(result.reason instanceof AggregateError ? result.reason.errors : [result.reason]),
          );
      }
    }
    if (failures.length > 1)
      throw new AggregateError(failures, `parts of ${this.#name} could not be written`);
    if (failures.length === 1) throw failures[0];
  }
}

/** Returns a task for each place that has entries. */
function tasksFor<E extends { id: string }>(places: readonly Place[], entries: readonly E[]): Task<E>[] {
  return places
    .map((place) => ({ place, entries: entries.filter((entry) => holds(place, entry)) }))
    .filter((task) => task.entries.length > 0);
}
