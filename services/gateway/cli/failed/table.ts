import type { FailedJobView } from '../../operator/failed-job-view.ts';
import { printable } from '../terminal/text.ts';

const HEADER = ['ID', 'FAILED AT (UTC)', 'CODE', 'ATTEMPTS', 'FILE'];

/** Returns the lines of a table for people. */
export function formatTable(jobs: readonly FailedJobView[]): string[] {
  const rows = jobs.map(({ id, updated_at, error, attempts, filename }) => [
    id,
    updated_at.slice(0, 16).replace('T', ' '),
    printable(error?.code ?? ''),
    String(attempts),
    printable(filename),
  ]);
  const all = [HEADER, ...rows];
  const widths = HEADER.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
