import { availableParallelism } from 'node:os';
import path from 'node:path';
import { runTests, type TestCounts } from '../support/run-tests.ts';
import { writeEntries } from './entries.ts';

export interface UnitTestOptions {
  repoRoot: string;
  /** The folder for the generated files, one for each process. */
  folder: string;
  /** More arguments of `node --test`. */
  args: readonly string[];
  signal: AbortSignal;
}

/**
 * Runs unit tests in a few processes, in which processes and ports are impossible. A process for each file would spend most
 * of its time in loading the same modules again, and all of them together take four times as long.
 * @param files relative to the repository
 */
export function runUnitTests(files: readonly string[], options: UnitTestOptions): Promise<TestCounts> {
  const { repoRoot, folder, args, signal } = options;
  // One more than there are cores, because a process that waits for a timer leaves its core idle.
  const processes = availableParallelism() + 1;
  const entries = writeEntries(files, { repoRoot, folder, name: 'unit', processes, guard: 'unit-guard.ts' });
  return runTests(entries, {
    cwd: repoRoot,
    concurrency: processes,
    args,
    // With the cache, the types of each module are stripped once and not in every run.
    env: { NODE_COMPILE_CACHE: path.join(repoRoot, '.data', 'compile-cache') },
    folder,
    signal,
  });
}
