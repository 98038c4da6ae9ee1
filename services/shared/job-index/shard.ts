/** The last twelve characters of an id, which is a UUID, are hexadecimal digits. */
const DIGITS = [...'0123456789abcdef'];
const MAX_DIGITS = 12;

/**
 * The key of the split record among the entries. During a rolling upgrade, a gateway of the previous release treats the record
 * as an entry. The record has the shape of an entry and its id does not end in a hexadecimal digit, so that such a gateway
 * neither fails on it nor removes it.
 */
const SPLIT = 'split';

/** Each `put` sets a new `version`, so that a `remove` that was decided before it has no effect. */
export type Entry<T> = T & { id: string; version: string };

/**
 * One document of a sharded map: its entries by id. A document that was split holds the split record, and its entries are in its
 * children. Empty children are not merged again, because a merge would race with writers. So a reader of the whole map reads
 * every document that existed within its life, and a request has to bound how many it reads.
 */
export type Shard<T> = Record<string, Entry<T>>;

interface SplitRecord {
  id: typeof SPLIT;
  /** Part of the keys of the children. It is new for each split, so nobody can have written under these keys before. */
  version: string;
  /** When the record was last written, ISO 8601. */
  since: string;
}

/** The place of a document. The entries whose id ends in `digits` belong there. */
export interface Place {
  key: string;
  digits: string;
}

export const rootPlaces = (name: string): Place[] =>
  DIGITS.map((digit) => ({ key: `${name}:${digit}`, digits: digit }));

export function childPlaces({ digits }: Place, name: string, generation: string): Place[] {
  return DIGITS.map((digit) => ({ key: `${name}:${digit}${digits}:${generation}`, digits: digit + digits }));
}

/** The greatest UUID that belongs to the place, in the order of {@link orderOf}. */
export const lastIdOf = ({ digits }: Place): string =>
  'ffffffff-ffff-ffff-ffff-ffffffffffff'.slice(0, 36 - digits.length) + digits;

export const canSplit = ({ digits }: Place): boolean => digits.length < MAX_DIGITS;

export const holds = ({ digits }: Place, { id }: { id: string }): boolean => id.endsWith(digits);

/** Returns the split record, or undefined for a document that is not split. */
export const findSplitRecord = <T>(shard: Shard<T> | undefined): SplitRecord | undefined =>
  shard?.[SPLIT] as SplitRecord | undefined;

/** Returns the entries. A document that was split has entries only if a gateway of the previous release wrote them. */
export const entriesOf = <T>(shard: Shard<T> | undefined): Entry<T>[] =>
  Object.values(shard ?? {}).filter(({ id }) => id !== SPLIT);

export const createShard = <T>(entries: readonly Entry<T>[]): Shard<T> =>
  Object.fromEntries(entries.map((entry) => [entry.id, entry]));

export const createSplitShard = <T>(generation: string): Shard<T> => {
  const record: SplitRecord = { id: SPLIT, version: generation, since: new Date().toISOString() };
  return { [SPLIT]: record as object as Entry<T> };
};

/** Whether two documents have the same entries. Versions are unique, so ids and versions are enough. */
export function isSame<T>(one: Shard<T>, other: Shard<T>): boolean {
  const ids = Object.keys(one);
  return (
    ids.length === Object.keys(other).length && ids.every((id) => one[id]?.version === other[id]?.version)
  );
}

/** The sort key of an id: its characters from the last to the first. */
export const orderOf = (text: string): string => [...text].reverse().join('');
