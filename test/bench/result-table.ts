import { formatSize } from '../../services/shared/runtime/format.ts';
import type { Machine } from './machine.ts';
import { describeLimit, describeMedian, isMet, type KeptRow } from './report.ts';
import { median } from './statistics.ts';

/** A run of the benchmark, finished or not. */
export interface Result {
  date: Date;
  /** Undefined outside of a git checkout. */
  commit: string | undefined;
  machine: Machine;
  /** The state store. */
  store: string;
  runs: number;
  isQuick: boolean;
  rows: readonly KeptRow[];
}

const HEAD = ['part', 'row', 'median', 'unit', 'limit', ''];
const MEDIAN_COLUMN = 2;

/** All rows of a run as one table, below a line about the machine. */
export function resultTable(result: Result): string {
  const lines = [HEAD, ...result.rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const padded = lines.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === MEDIAN_COLUMN ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return `${describeRun(result)}\n\n${padded.join('\n')}`;
}

const cellsOf = (row: KeptRow): string[] =>
  row.notMeasured === undefined
    ? [row.part, row.name, describeMedian(row), row.unit, describeLimit(row.limit), describeIsMet(row)]
    : [row.part, row.name, '', row.unit, describeLimit(row.limit), `not measured: ${row.notMeasured}`];

function describeIsMet(row: KeptRow): string {
  const met = isMet(row);
  if (met === undefined) return '';
  return met ? 'met' : 'MISSED';
}

/** `2 cores (…), 8.2 GB of memory, Node v24.1.0, ffmpeg 5.1.9, Linux 6.1.0, blobs in sqlite, 3 runs` */
export function describeRun({ machine, store, runs, isQuick }: Omit<Result, 'rows'>): string {
  const { cores, cpu, memoryBytes, node, ffmpeg, kernel } = machine;
  const facts = [
    `${cores} ${cores === 1 ? 'core' : 'cores'} (${cpu})`,
    `${formatSize(memoryBytes)} of memory`,
    `Node ${node}`,
    `ffmpeg ${ffmpeg}`,
    kernel,
    `blobs in ${store}`,
    `${runs} ${runs === 1 ? 'run' : 'runs'}`,
  ];
  const quick = isQuick ? 'Small inputs, whatever the rows are called, and no limits: ' : '';
  return quick + facts.join(', ');
}

/** The same as JSON, with every single value. `met` is null where there is no limit or nothing was measured. */
export function resultJson({ rows, ...run }: Result): string {
  const all = rows.map((row) => ({ ...row, median: median(row.values), met: isMet(row) ?? null }));
  return `${JSON.stringify({ ...run, rows: all }, null, 2)}\n`;
}
