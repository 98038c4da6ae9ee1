import path from 'node:path';
import { type BuildOptions, type BuildResult, build, type Metafile } from 'esbuild';
import { DOCUMENTS, documentOf, type Entry } from './documents.ts';
import { type FixedFile, fixedFiles } from './fixed-files.ts';
import { licensesOf } from './licenses.ts';
import { CHANGE_OF_ZOD, slimZod } from './slim-zod.ts';
import { type PageFile, writeSite } from './write-site.ts';

export const repoRoot = path.resolve(import.meta.dirname, '../..');
const app = path.join(repoRoot, 'services/gateway/page/app');
/** services/gateway/page/site.ts serves this folder. */
export const destination = path.join(repoRoot, 'services/gateway/page/dist');

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

const KEEP_MS = 24 * 3600_000;

interface PageOptions {
  /** Where the files are written. Default: where the gateway looks for them. */
  folder?: string;
  /** Whether a page that is open loads again when it was built anew. Default: it does not. */
  reload?: boolean;
}

/** In what the builds are different. */
export type OwnOptions = Pick<BuildOptions, 'entryPoints' | 'entryNames' | 'splitting' | 'format'>;

/**
 * The scripts of each build. Each document is built apart from the others: with them, the main page would be in more and smaller
 * files, and would load code that only another document needs.
 */
export const BUILDS: readonly OwnOptions[] = [
  { entryPoints: [path.join(app, 'early.ts')] },
  ...DOCUMENTS.map(({ entry }) => ({ entryPoints: [path.join(app, entry)] })),
  // Its URL says for which pages it is, and stays the same: a browser compares the new one with the old one. Not all know modules.
  {
    entryPoints: [{ in: path.join(app, 'worker/main.ts'), out: 'service-worker' }],
    ...{ entryNames: '[name]', splitting: false, format: 'iife' },
  },
];

export type Options = BuildOptions & { metafile: true; write: false };
export type Result = BuildResult<Options>;

/**
 * Scripts and what they import, with the styles. What is imported with `import()` becomes a file of its own.
 * @param reload whether a page that is open loads again when it was built anew
 */
export const optionsOf = (own: OwnOptions, reload: boolean): Options => ({
  absWorkingDir: repoRoot,
  outbase: app,
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  assetNames: 'assets/[name]-[hash]',
  outdir: destination,
  publicPath: '/',
  ...{ bundle: true, splitting: true, format: 'esm', platform: 'browser', target: 'es2022' },
  ...{ jsx: 'automatic', jsxImportSource: 'preact', loader: { '.svg': 'file', '.png': 'file' } },
  ...{ minify: true, metafile: true, write: false, legalComments: 'none', logLevel: 'silent' },
  define: { MP3CONVERTER_RELOAD: String(reload) },
  plugins: [slimZod],
  ...own,
});

/** Builds the web page. Throws where a file of it has an error. Returns what esbuild tells about its output. */
export async function buildPage({
  folder = destination,
  reload = false,
}: PageOptions = {}): Promise<Metafile> {
  const results = await bundle(reload);
  writeSite(filesOf(results, await fixedFiles()), { folder, keepMs: KEEP_MS });
  return metafileOf(results);
}

const bundle = (reload: boolean): Promise<Result[]> =>
  Promise.all(BUILDS.map((own) => build(optionsOf(own, reload))));

/** The files of which the page is built, relative to the repository. It builds the page, and writes nothing. */
export const pageInputs = async (): Promise<string[]> => Object.keys(metafileOf(await bundle(false)).inputs);

const metafileOf = (results: readonly Result[]): Metafile => ({
  inputs: Object.assign({}, ...results.map(({ metafile }) => metafile.inputs)),
  outputs: Object.assign({}, ...results.map(({ metafile }) => metafile.outputs)),
});

/** All files of the page. @param fixed those whose URLs stay the same */
export function filesOf(results: readonly Result[], fixed: readonly FixedFile[]): PageFile[] {
  const entries = entriesOf(metafileOf(results));
  const documents = DOCUMENTS.map((document) => ({ url: document.url, ...documentOf(document, entries) }));
  // Files of several builds with the same name have the same content.
  const outputs = new Map(
    results.flatMap(({ outputFiles }) => outputFiles).map((file) => [file.path, file.contents]),
  );
  return [
    ...[...outputs].map(([file, contents]) => ({
      url: urlOf(file),
      file: path.relative(destination, file),
      type: TYPES[path.extname(file)] ?? 'application/octet-stream',
      contents,
      // Files in this folder have a hash in their names.
      immutable: urlOf(file).startsWith('/assets/'),
    })),
    ...[...documents, ...fixed, licenses(results)].map((file) => ({ ...file, immutable: false })),
  ];
}

const licenses = (results: readonly Result[]) => ({
  url: '/assets/licenses.txt',
  file: 'assets/licenses.txt',
  type: 'text/plain; charset=utf-8',
  contents: licensesOf(Object.keys(metafileOf(results).inputs), repoRoot, new Map([['zod', CHANGE_OF_ZOD]])),
});

const entriesOf = ({ outputs }: Metafile): Entry[] =>
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

const urlOf = (file: string): string =>
  `/${path.relative(destination, path.resolve(repoRoot, file)).split(path.sep).join('/')}`;
