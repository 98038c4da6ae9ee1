import { type Result, type Row, runRow } from './row.ts';
import type { Workshop } from './workshop.ts';

/** Runs rows, two at a time, and calls `onResult` for each in the order in which they end. */
export async function runRows(
  workshop: Workshop,
  rows: readonly Row[],
  {
    concurrency,
    onResult,
    signal,
  }: { concurrency: number; onResult(result: Result): void; signal: AbortSignal },
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...rows];
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row && !signal.aborted; row = waiting.shift()) {
      const result = await runRow(workshop, row).catch((error: Error) => ({
        row: row as Row,
        got: 'no file',
        faults: [error.message],
      }));
      results.push(result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  signal.throwIfAborted();
  return results;
}
