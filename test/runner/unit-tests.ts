import { statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTests, type TestCounts } from '../support/run-tests.ts';

export interface UnitTestOptions {
  repoRoot: string;
  /** The folder for the generated files, one for each process. */
  folder: string;
  /** More arguments of `node --test`. */
  args: readonly string[];
  signal: AbortSignal;
}

/**
 * Runs unit tests in a few processes. A process for each file would spend most of its time in loading the same
 * modules again, and all of them together take four times as long.
 * @param files relative to the repository
 */
export function runUnitTests(files: readonly string[], options: UnitTestOptions): Promise<TestCounts> {
  const { repoRoot, folder, args, signal } = options;
  const absolute = files.map((file) => path.join(repoRoot, file));
  // One more than there are cores, because a process that waits for a timer leaves its core idle.
  const processes = Math.min(availableParallelism() + 1, files.length);
  const shares = balance(
    absolute.map((file) => ({ file, weight: statSync(file).size })),
    processes,
  );
  const entries = shares.map((share, index) => {
    const entry = path.join(folder, `unit-${index + 1}.test.ts`);
    writeFileSync(entry, entryFor(share));
    return entry;
  });
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

/** A module that loads test files into one process. Its first import makes processes and ports impossible. */
function entryFor(files: readonly string[]): string {
  const url = (name: string): string =>
    JSON.stringify(pathToFileURL(path.join(import.meta.dirname, name)).href);
  return `import ${url('unit-guard.ts')};
import { loadFiles } from ${url('load-files.ts')};
await loadFiles(${JSON.stringify(files)});
`;
}

interface Weighted {
  file: string;
  weight: number;
}

/** Shares out the files so that the sums of their weights differ little: the heaviest first, each to the lightest share. */
export function balance(files: readonly Weighted[], count: number): string[][] {
  const shares = Array.from({ length: count }, () => ({ weight: 0, files: [] as string[] }));
  for (const { file, weight } of files.toSorted((a, b) => b.weight - a.weight)) {
    const lightest = shares.reduce((least, share) => (share.weight < least.weight ? share : least));
    lightest.files.push(file);
    lightest.weight += weight;
  }
  return shares.map((share) => share.files);
}
