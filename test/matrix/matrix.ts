import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Report } from '../../deploy/process/run.ts';
import { NONE, sum, type TestCounts } from '../support/run-tests.ts';
import { newStateFolder } from '../support/state-folder.ts';
import { type Cell, type CellResult, runCell } from './cell.ts';
import { hashSources } from './hash-sources.ts';

export const matrixDir = resolve(import.meta.dirname, '../../.data/matrix');

/** The contract of the stores comes first, because a failure there explains later ones. */
const FILES = [
  'test/contract/stores.test.ts',
  'test/e2e/conversion.test.ts',
  'test/e2e/hostile-strings.test.ts',
  'test/matrix/redelivery.test.ts',
];

export interface MatrixOptions {
  repoRoot: string;
  short: boolean;
  report: Report;
  signal: AbortSignal;
}

/** Runs one cell after the other, and prints the table. The logs of a failed cell are kept. */
export async function runMatrix(cells: readonly Cell[], options: MatrixOptions): Promise<TestCounts> {
  const { report } = options;
  const runDir = await newStateFolder(matrixDir, report);
  const servicesDir = join(options.repoRoot, 'services');
  const services = hashSources(servicesDir);
  const results: CellResult[] = [];
  for (const [index, cell] of cells.entries()) {
    report(`Cell ${index + 1} of ${cells.length}: events by ${cell.pubsub}, blobs in ${cell.blobs} …`);
    results.push(await runCell(cell, { ...options, runDir, files: FILES }));
  }
  console.log(table(results));
  if (hashSources(servicesDir) !== services)
    throw new Error('services/ was changed meanwhile, so the cells did not test the same services.');
  console.log(`services/ is the same in every cell, sha256 ${services}`);
  const tests = results.map(({ tests }) => tests).reduce(sum, NONE);
  if (tests.failed === 0) rmSync(runDir, { recursive: true, force: true });
  else report(`Logs are in ${runDir}, until the next run`);
  return tests;
}

const HEAD = ['pub/sub', 'blobs', 'tests', 'jobs', 'lost', 'duplicated', 'put MiB/s', 'get MiB/s'];

export function table(results: readonly CellResult[]): string {
  const rows = results.map(({ pubsub, blobs, tests, counts, speed }) => [
    pubsub,
    blobs,
    tests.failed === 0 ? `${tests.passed} passed` : `${tests.failed} FAILED`,
    ...[counts?.jobs, counts?.lost, counts?.duplicated].map((count) => String(count ?? '?')),
    speed.put.toFixed(0),
    speed.get.toFixed(0),
  ]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) =>
        column < 3 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return `\n${[HEAD, ...rows].map(line).join('\n')}\n`;
}
