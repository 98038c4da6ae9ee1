/** Ids are UUIDs: their last twelve characters are hexadecimal digits. */
const DIGITS = [...'0123456789abcdef'];
const MOST_DIGITS = 12;

/**
 * The key of the split record among the entries. A gateway of the previous release takes the record for an entry. It has the
 * shape of an entry with a version and does not end in a hexadecimal digit, so that such a gateway neither fails on it nor
 * removes it in a rolling upgrade.
 */
const SPLIT = 'split';

/** `version` is new with each `put`, so that a `remove` which was decided before it does nothing. */
export type Entry<T> = T & { id: string; version: string };

/**
 * One document of a sharded map: entries by id. Once it is split it holds the split record, and entries live in its children.
 * Children that become empty are not merged again, so that a reader of all goes through as many documents as there ever were
 * within their life. That is accepted, since a merge would race with writers; a request bounds how many it reads.
 */
export type Shard<T> = Record<string, Entry<T>>;

interface SplitRecord {
  id: typeof SPLIT;
  /** Part of the children's keys, and new with each split: nobody else can have written under them before. */
  version: string;
  /** When the record was written last, ISO 8601. */
  since: string;
}

/** Where a document is, and which entries belong there: those whose id ends in `digits`. */
export interface Place {
  key: string;
  digits: string;
}

export const rootsOf = (name: string): Place[] =>
  DIGITS.map((digit) => ({ key: `${name}:${digit}`, digits: digit }));

export function childrenOf({ digits }: Place, name: string, generation: string): Place[] {
  return DIGITS.map((digit) => ({ key: `${name}:${digit}${digits}:${generation}`, digits: digit + digits }));
}

/** The greatest UUID that belongs there, in the order of {@link orderOf}. */
export const lastIdOf = ({ digits }: Place): string =>
  'ffffffff-ffff-ffff-ffff-ffffffffffff'.slice(0, 36 - digits.length) + digits;

export const canSplit = ({ digits }: Place): boolean => digits.length < MOST_DIGITS;

export const holds = ({ digits }: Place, { id }: { id: string }): boolean => id.endsWith(digits);

/** Undefined for a document that is not split. */
export const splitOf = <T>(shard: Shard<T> | undefined): SplitRecord | undefined =>
  shard?.[SPLIT] as SplitRecord | undefined;

/** Its own entries; a document that is split has some only if a gateway of the previous release wrote them. */
export const entriesOf = <T>(shard: Shard<T> | undefined): Entry<T>[] =>
  Object.values(shard ?? {}).filter(({ id }) => id !== SPLIT);

export const shardOf = <T>(entries: readonly Entry<T>[]): Shard<T> =>
  Object.fromEntries(entries.map((entry) => [entry.id, entry]));

export const splitInto = <T>(generation: string): Shard<T> => {
  const record: SplitRecord = { id: SPLIT, version: generation, since: new Date().toISOString() };
  return { [SPLIT]: record as object as Entry<T> };
};

/** Versions are unique, so that the same ids and versions are the same entries. */
export function isSame<T>(one: Shard<T>, other: Shard<T>): boolean {
  const ids = Object.keys(one);
  return (
    ids.length === Object.keys(other).length && ids.every((id) => one[id]?.version === other[id]?.version)
  );
}

/** Entries are listed by this text, which the places share: the digits of an id from its end. */
export const orderOf = (text: string): string => [...text].reverse().join('');
