import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface EntryOptions {
  repoRoot: string;
  /** The folder for the generated files. */
  folder: string;
  /** The first part of their names. */
  name: string;
  /** How many processes share the tests. */
  processes: number;
  /** A module of this folder that each process loads before anything else. */
  guard?: string;
}

/**
 * Makes files for `node --test` that load several test files each, and returns their paths. A process for each file would
 * load the same modules again, and start and build again what the tests of a process share.
 * @param files relative to the repository
 */
export function writeEntries(files: readonly string[], options: EntryOptions): string[] {
  const { repoRoot, folder, name, processes, guard } = options;
  const weighted = files
    .map((file) => path.join(repoRoot, file))
    .map((file) => ({ file, weight: statSync(file).size }));
  return balance(weighted, Math.min(processes, files.length)).map((share, index) => {
    const entry = path.join(folder, `${name}-${index + 1}.test.ts`);
    writeFileSync(entry, textOf(share, guard));
    return entry;
  });
}

/** A module that loads test files into one process. */
function textOf(files: readonly string[], guard: string | undefined): string {
  const url = (name: string): string =>
    JSON.stringify(pathToFileURL(path.join(import.meta.dirname, name)).href);
  return `${guard === undefined ? '' : `import ${url(guard)};\n`}import { loadFiles } from ${url('load-files.ts')};
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
