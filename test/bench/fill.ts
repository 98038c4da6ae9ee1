const CONCURRENCY = 8;

/** Calls a function that saves one thing many times, eight times at once. */
export async function fill(count: number, saveOne: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const numbers = Array.from({ length: count }).keys();
  const worker = async () => {
    for (const _ of numbers) {
      signal.throwIfAborted();
      await saveOne();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
