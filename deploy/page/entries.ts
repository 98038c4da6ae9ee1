import path from 'node:path';
import type { Metafile } from 'esbuild';
import type { Entry } from './documents.ts';

const repoRoot = path.resolve(import.meta.dirname, '../..');

interface Paths {
  /** Folder of the page's code. */
  app: string;
  /** The path of the URL of a file that esbuild names. */
  urlOf(file: string): string;
}

/** What the build has made of each script, with everything that it imports. */
export const entriesOf = ({ outputs }: Metafile, { app, urlOf }: Paths): Entry[] =>
  Object.entries(outputs).flatMap(([file, { entryPoint }]) =>
    entryPoint === undefined
      ? []
      : [
          {
            source: path.relative(app, path.resolve(repoRoot, entryPoint)),
            script: urlOf(file),
            styles: stylesOf([file, ...importedBy(file, outputs, ANY_TIME)], outputs).map(urlOf),
            preloads: [...importedBy(file, outputs, AT_ONCE)].map(urlOf),
          },
        ],
  );

type Outputs = Metafile['outputs'];
const AT_ONCE = ['import-statement'];
const ANY_TIME = [...AT_ONCE, 'dynamic-import'];

/** What a script imports, also through other files. A browser then need not read one file to know of the next. */
function importedBy(
  file: string,
  outputs: Outputs,
  kinds: readonly string[],
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  for (const { kind, path: imported } of outputs[file]?.imports ?? []) {
    if (!kinds.includes(kind) || found.has(imported)) continue;
    found.add(imported);
    importedBy(imported, outputs, kinds, found);
  }
  return found;
}

/** esbuild makes a style of its own for a script that is imported with `import()`, and nothing that loads it. */
const stylesOf = (files: readonly string[], outputs: Outputs): string[] => [
  ...new Set(files.flatMap((file) => outputs[file]?.cssBundle ?? [])),
];
