import { KINDS, titleOf } from './hostile-file.ts';
import type { FileResult, RunResult } from './run-corpus.ts';

const most = (
  results: readonly FileResult[],
  field: 'seconds' | 'toolSeconds' | 'toolsMb' | 'ownMb',
): number => Math.max(0, ...results.map((result) => result[field]));

/** Counts of what `keyOf` returns, the largest first. */
function countBy(
  results: readonly FileResult[],
  keysOf: (result: FileResult) => readonly string[],
): [string, number][] {
  const counts = new Map<string, number>();
  for (const key of results.flatMap(keysOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1]);
}

const inWords = (counts: readonly [string, number][]): string =>
  counts.map(([key, count]) => `${key} ${count}`).join(', ') || 'none';

/** The table of a run: a row for each kind of file. */
export function describeRun({ results, layers, silent, seconds }: RunResult): string {
  const rows = KINDS.map((kind) => ({ kind, of: results.filter((result) => result.kind === kind) })).filter(
    ({ of }) => of.length > 0,
  );
  const lines = rows.map(({ kind, of }) =>
    [
      ...[
        kind.padEnd(10),
        String(of.length).padStart(6),
        String(of.filter(({ faults }) => faults.length > 0).length).padStart(7),
      ],
      ...[
        most(of, 'seconds').toFixed(1).padStart(9),
        most(of, 'toolSeconds').toFixed(1).padStart(6),
        most(of, 'toolsMb').toFixed(0).padStart(9),
        most(of, 'ownMb').toFixed(0).padStart(7),
      ],
      ` ${inWords(countBy(of, ({ answer }) => [answer]))}`,
    ].join(' '),
  );
  const crashes = countBy(results, (result) => result.crashes.map(({ tool, signal }) => `${tool} ${signal}`));
  const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, 3);
  return [
    'kind        files  faults   longest  cpu s  tools MB  own MB  answers',
    ...lines,
    '',
    `refused by the gateway, and so not converted: ${results.filter(({ attempts }) => attempts === 0).length}`,
    `probes: ${inWords(countBy(results, ({ probed }) => (probed === undefined ? [] : [probed])))}`,
    `crashes of tools: ${inWords(crashes)}`,
    `slowest: ${slowest.map((result) => `${titleOf(result)} (${result.seconds.toFixed(1)} s)`).join('; ')}`,
    `witnesses: ${silent.length === 0 ? 'each has spoken in its control' : `SILENT in their control: ${silent.join(', ')}`}`,
    `sandbox: ${layers.join(', ') || 'off'}`,
    `${results.length} files in ${seconds.toFixed(0)} s`,
  ].join('\n');
}
