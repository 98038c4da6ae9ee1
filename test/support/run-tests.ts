import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readJson } from '../../deploy/local/private-files.ts';

export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
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
});

/** Runs test files by `node --test`, with our terminal. One that does not come to its end counts as one failed. */
export async function runTests(
  files: readonly string[],
  options: {
    cwd: string;
    concurrency: number;
    env: Record<string, string>;
    folder: string;
    signal: AbortSignal;
  },
): Promise<TestCounts> {
  const { cwd, concurrency, env, folder, signal } = options;
  const counts = join(folder, 'counts.json');
  const args = [
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-timeout=300000',
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${join(import.meta.dirname, 'count-reporter.ts')}`],
    `--test-reporter-destination=${counts}`,
    ...files,
  ];
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const { passed = 0, failed = 0, skipped = 0 } = readJson<Partial<TestCounts>>(counts) ?? {};
  return { passed, failed: code === 0 ? failed : Math.max(1, failed), skipped };
}
