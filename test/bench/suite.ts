import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Launched, type LaunchOptions, launch } from '../../deploy/local/launch.ts';
import { requireSpace } from '../../deploy/process/disk-space.ts';
import type { Report } from '../../deploy/process/run.ts';
import { abortable } from '../../services/shared/runtime/abortable.ts';
import { newStateFolder } from '../support/state-folder.ts';
import type { Bench } from './bench.ts';
import { curveChart } from './curve-chart.ts';
import { commitOf, describeMachine } from './machine.ts';
import { DEFAULT_FILMS } from './parts/films.ts';
import { LARGE_PARTS, PARTS, type PartName } from './parts.ts';
import { createReporter } from './report.ts';
import { describeRun, type Result, resultJson, resultTable } from './result-table.ts';
import { settleDisk } from './settle-disk.ts';

const repoRoot = resolve(import.meta.dirname, '../..');

export const benchDir = join(repoRoot, '.data', 'bench');

const LARGE_BYTES = 10_000e6;
const SMALL_BYTES = 2_000e6;
const QUICK_BYTES = 1_000e6;

/** The gateway's own sweep must not touch the jobs of the benchmark, and its only account may send as much as many users. */
const ENV = { SWEEP_SECONDS: '3600', MAX_UPLOADS_PER_USER: '64', MAX_DOWNLOADS_PER_USER: '64' };

export interface SuiteOptions {
  /** The state store. */
  blobs: string;
  runs: number;
  parts: readonly PartName[];
  /** Small inputs and no limits. */
  isQuick: boolean;
  /** A file for the result as JSON. */
  json?: string | undefined;
  /** A file for a picture of the stages of one job, as SVG. */
  timeline?: string | undefined;
  /** A file for the curves as SVG. */
  curves?: string | undefined;
  /** How many films of one minute the part `films` sends. By default as many as {@link DEFAULT_FILMS}. */
  films?: number;
  report: Report;
  signal: AbortSignal;
}

/**
 * Starts a system, runs the parts in the order of PARTS, and prints all rows as one table. It does so with the rows so far if a part
 * fails or the signal is aborted, and then throws. Returns the result.
 */
export async function runBench(options: SuiteOptions): Promise<Result> {
  const {
    blobs,
    runs,
    parts,
    films = DEFAULT_FILMS,
    isQuick,
    json,
    curves,
    timeline,
    report,
    signal,
  } = options;
  const stateRoot = await newStateFolder(benchDir, report);
  const { rows, part } = createReporter({ print: console.log, hasLimits: !isQuick });
  let launched: Launched | undefined;
  try {
    requireSpace([{ folder: stateRoot, bytes: bytesFor(options), what: 'films, and the data of a system' }]);
    const [machine, commit] = await Promise.all([describeMachine(signal), commitOf(repoRoot, signal)]);
    const result = { date: new Date(), commit, machine, store: blobs, runs, isQuick, rows };
    const launchIn = (folder: string, more: Pick<LaunchOptions, 'replicas'> = {}) =>
      launch({ repoRoot, stateRoot: folder, choice: { blobs }, env: ENV, report, signal, ...more });
    const launchAnother: Bench['launchAnother'] = (name, more) => launchIn(join(stateRoot, name), more);
    launched = await launchIn(stateRoot);
    console.log(`\n${describeRun(result)}`);
    const common = {
      launched,
      blobs,
      stateRoot,
      filmDir: stateRoot,
      runs,
      films,
      isQuick,
      timeline,
      signal,
      launchAnother,
    };
    try {
      for (const name of Object.keys(PARTS) as PartName[])
        if (parts.includes(name)) await runPart(name, { ...common, report: part(name) });
    } finally {
      console.log(`\n${resultTable(result)}\n`);
      if (json !== undefined) await writeFile(json, resultJson(result));
      if (curves !== undefined) await writeFile(curves, curveChart(result));
    }
    return result;
  } finally {
    await launched?.stop();
    await rm(stateRoot, { recursive: true, force: true });
  }
}

/** Ends at once when the benchmark is aborted, because some parts wait for what would still take minutes. */
async function runPart(name: PartName, bench: Bench): Promise<void> {
  await settleDisk(bench);
  await abortable(PARTS[name](bench), bench.signal);
}

function bytesFor({ parts, isQuick }: SuiteOptions): number {
  if (isQuick) return QUICK_BYTES;
  return parts.some((name) => LARGE_PARTS.has(name)) ? LARGE_BYTES : SMALL_BYTES;
}
