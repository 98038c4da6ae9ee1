import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../services/shared/runtime/private-files.ts';

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
  /** The tests that failed, as far as they are known: the name, the file and the first lines of the error of each. */
  failures?: readonly string[];
  /** The seconds that the tests of each file took, without the start of its process. */
  fileSeconds?: Readonly<Record<string, number>>;
}

export const NONE: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** A check that is no test file. */
export const counted = (good: boolean): TestCounts => ({
  passed: good ? 1 : 0,
  failed: good ? 0 : 1,
  skipped: 0,
});

export const sum = (a: TestCounts, b: TestCounts): TestCounts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...(a.failures ?? []), ...(b.failures ?? [])],
  fileSeconds: addSeconds(a.fileSeconds, b.fileSeconds),
});

/** Some files run in several steps. */
const addSeconds = (a: TestCounts['fileSeconds'] = {}, b: TestCounts['fileSeconds'] = {}) => ({
  ...a,
  ...Object.fromEntries(Object.entries(b).map(([file, seconds]) => [file, (a[file] ?? 0) + seconds])),
});

export interface RunOptions {
  cwd: string;
  /** Files at a time. Default 1. */
  concurrency?: number;
  /** The limit for each test, ms. */
  timeoutMs?: number;
  /** More arguments of `node --test`. */
  args?: readonly string[];
  /** Ends the test processes when `signal` is aborted. Default: SIGTERM. */
  killSignal?: NodeJS.Signals;
  env: NodeJS.ProcessEnv;
  /** The folder to which the reporter writes the counts. */
  folder: string;
  signal: AbortSignal;
}

/** Runs test files by `node --test`, with our terminal. A run that breaks off counts as one failed test. */
export async function runTests(files: readonly string[], options: RunOptions): Promise<TestCounts> {
  const {
    cwd,
    concurrency = 1,
    timeoutMs = 300_000,
    args = [],
    killSignal = 'SIGTERM',
    folder,
    signal,
  } = options;
  const counts = join(folder, 'counts.json');
  const all = [
    ...['--test', `--test-concurrency=${concurrency}`, `--test-timeout=${timeoutMs}`, ...args],
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${join(import.meta.dirname, 'count-reporter.ts')}`],
    ...[`--test-reporter-destination=${counts}`, ...files],
  ];
  rmSync(counts, { force: true });
  const child = spawn(process.execPath, all, {
    cwd,
    // The channel closes when this process is killed, and count-reporter.ts then ends the run.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, TEST_FOLDER: folder, ...options.env },
    killSignal,
    signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const written = readJson<Partial<TestCounts>>(counts) ?? {};
  const { passed = 0, failed = 0, skipped = 0, failures = [], fileSeconds = {} } = written;
  if (code === 0 && passed + failed + skipped === 0)
    console.error('No test ran: none has a name that matches.');
  const isWhole = code === 0 && passed + failed + skipped > 0;
  return { passed, failed: isWhole ? failed : Math.max(1, failed), skipped, failures, fileSeconds };
}
