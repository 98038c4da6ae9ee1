import { globSync, statSync } from 'node:fs';
import path from 'node:path';

/** Parts that are a folder of test files each. */
export const FILE_PARTS = ['unit', 'integration', 'tilt', 'contract', 'e2e', 'polyglot'] as const;
/** In the order in which they run. */
export const PARTS = ['check', ...FILE_PARTS, 'hostile', 'matrix', 'chaos', 'containers'] as const;
export type Part = (typeof PARTS)[number];

/** What also runs over the system with the Python notification service when only `polyglot` is asked for. */
const WITH_PYTHON = ['access', 'accounts', 'events', 'lifecycle', 'conversion'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
/** Folders whose tests need a runner of their own. */
const OWN_RUNNERS: Record<string, string> = {
  matrix: 'npm run test:matrix',
  chaos: 'npm run test:chaos',
  corpus: 'npm run test:corpus',
  hostile: 'npm run test:hostile',
  containers: 'npm run test:containers',
  k8s: 'npm run test:k8s',
  bench: 'npm run bench',
};

/** The test files of a part, relative to the repository; none for a part that is not a folder of tests. */
export function filesOf(part: Part, repoRoot: string): string[] {
  if (!(FILE_PARTS as readonly string[]).includes(part)) return [];
  const files = testsBelow(path.join('test', part), repoRoot);
  return part === 'polyglot' ? [...files, ...WITH_PYTHON] : files;
}

const testsBelow = (folder: string, repoRoot: string): string[] =>
  globSync(`${folder}/**/*.test.ts`, { cwd: repoRoot });

/**
 * The test files of a folder or a file, and the part that runs them. A path is relative to the caller's folder or to the
 * repository. Throws an error for the terminal where there is no such test.
 */
export function selectPath(
  name: string,
  { repoRoot, cwd }: { repoRoot: string; cwd: string },
): { part: Part; files: string[] } {
  const found = [cwd, repoRoot]
    .map((base) => path.resolve(base, name))
    .map((file) => ({ file, stats: statSync(file, { throwIfNoEntry: false }) }))
    .find(({ stats }) => stats !== undefined);
  if (found === undefined) throw new Error(`There is no part and no file ${name}; see npm test -- --help.`);
  const relative = path.relative(repoRoot, found.file);
  const [root, folder = ''] = relative.split(path.sep);
  const part = FILE_PARTS.find((one) => one === folder);
  if (root !== 'test' || part === undefined) {
    const runner = root === 'test' ? OWN_RUNNERS[folder] : undefined;
    throw new Error(
      runner === undefined
        ? `${name} is in none of the folders ${FILE_PARTS.map((one) => `test/${one}`).join(', ')}.`
        : `The tests in test/${folder} have a runner of their own: ${runner}.`,
    );
  }
  const files = found.stats?.isDirectory() ? testsBelow(relative, repoRoot) : [relative];
  if (files.length === 0 || !files.every((file) => file.endsWith('.test.ts')))
    throw new Error(`${name} holds no tests: their files are named *.test.ts.`);
  return { part, files };
}
