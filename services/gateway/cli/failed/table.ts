import type { FailedJobView } from '../../operator/failed-jobs.ts';
import { printable } from '../convert/format.ts';

const HEADER = ['ID', 'FAILED AT (UTC)', 'CODE', 'ATTEMPTS', 'FILE'];

/** The lines of a table for people. */
export function tableOf(jobs: readonly FailedJobView[]): string[] {
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
