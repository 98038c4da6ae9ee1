import { isAppError } from '../runtime/errors.ts';

export interface EachRead<T> {
  found: Map<string, T>;
  /** The ids whose documents cannot be read, with the errors. The documents exist, so do not treat them as missing. */
  damaged: Map<string, unknown>;
}

/**
 * Reads many documents at once. When a damaged document makes that fail, the batch is halved until the damaged document is
 * alone, so that it does not hide the others. Throws every other error, such as `unavailable`.
 */
export async function readEach<T>(
  ids: readonly string[],
  readMany: (ids: readonly string[]) => Promise<Map<string, T>>,
): Promise<EachRead<T>> {
  const found = new Map<string, T>();
  const damaged = new Map<string, unknown>();
  const batches = [ids];
  for (const batch of batches) {
    try {
      for (const [id, value] of await readMany(batch)) found.set(id, value);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const half = Math.ceil(batch.length / 2);
      if (batch.length > 1) batches.push(batch.slice(0, half), batch.slice(half));
      else if (batch[0] !== undefined) damaged.set(batch[0], error);
    }
  }
  return { found, damaged };
}

/** Whether the error is what reading throws for a text that is not JSON, or that is not a document. */
const isDamage = (error: unknown): boolean =>
  !isAppError(error) && (error instanceof SyntaxError || error instanceof TypeError);
