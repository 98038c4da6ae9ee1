import { isAppError } from '../shared/errors.ts';

/**
 * Reads many documents at once and, only if one of them is damaged, one by one, so that it does not hide the others.
 * Damaged ones are given to `damaged` and are missing from the result. Throws what is not a document's fault, such as
 * `unavailable`.
 */
export async function readEach<T>(
  ids: readonly string[],
  readMany: (ids: readonly string[]) => Promise<Map<string, T>>,
  damaged: (id: string, error: unknown) => void,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  const batches = [ids];
  for (const batch of batches) {
    try {
      for (const [id, value] of await readMany(batch)) found.set(id, value);
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (batch.length > 1) batches.push(...batch.map((id) => [id]));
      else if (batch[0] !== undefined) damaged(batch[0], error);
    }
  }
  return found;
}

/** What reading a text that is not JSON throws, or one that is not a document. */
const isDamage = (error: unknown): boolean =>
  !isAppError(error) && (error instanceof SyntaxError || error instanceof TypeError);
