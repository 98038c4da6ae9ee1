import type { Row } from './row.ts';

/** Runs rows, two at a time, and calls `onResult` for each in the order in which they end. */
export async function runRows<Result extends { row: Row; faults: string[] }>(
  rows: readonly Row[],
  run: (row: Row) => Promise<Result>,
  {
    concurrency,
    onResult,
    signal,
  }: {
    concurrency: number;
    onResult(result: Result | FailedRow): void;
    signal: AbortSignal;
  },
): Promise<(Result | FailedRow)[]> {
  const results: (Result | FailedRow)[] = [];
  const waiting = [...rows];
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row && !signal.aborted; row = waiting.shift()) {
      const failed = (error: Error) => ({ row: row as Row, faults: [error.message] });
      const result = await run(row).catch(failed);
      results.push(result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  signal.throwIfAborted();
  return results;
}

/** A row whose file could not be made, or not be compared. */
export interface FailedRow {
  row: Row;
  faults: string[];
}
