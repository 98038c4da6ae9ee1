import type { StateStore } from '../../services/shared/state/state-store.ts';

/** Those of the keys that exist, in their order. Chunks and tails hold bytes, which only `getBytes` reads. */
export async function storedKeys(state: StateStore, keys: readonly string[]): Promise<string[]> {
  const holdsBytes = (key: string) => /^(chunk|tail):/.test(key);
  const documents = await state.getMany(keys.filter((key) => !holdsBytes(key)));
  const exist = await Promise.all(
    keys.map(async (key) =>
      holdsBytes(key) ? (await state.getBytes(key)) !== undefined : documents.has(key),
    ),
  );
  return keys.filter((_, index) => exist[index]);
}
