import path from 'node:path';
import { type BuildOptions, type BuildResult, build, context, type Metafile } from 'esbuild';
import { DOCUMENTS, documentOf, type Entry } from './documents.ts';
import { fixedFiles } from './fixed-files.ts';
import { type PageFile, writeSite } from './write-site.ts';

const repoRoot = path.resolve(import.meta.dirname, '../..');
const app = path.join(repoRoot, 'services/gateway/page/app');
/** services/gateway/page/site.ts serves this folder. */
const destination = path.join(repoRoot, 'services/gateway/page/dist');

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

const KEEP_MS = 24 * 3600_000;
/** With each save there is a build, and pages that are open load again by themselves. */
const KEEP_WATCHED_MS = 60_000;

interface PageOptions {
  /** Where the files are written. Default: where the gateway looks for them. */
  folder?: string;
}

/**
 * The scripts and styles that documents.ts names, and what these import. What several of them import, and what is imported with
 * `import()`, becomes a file of its own.
 * @param reload whether a page that is open loads again when it was built anew
 */
const optionsOf = (reload: boolean): BuildOptions & { metafile: true; write: false } => ({
  absWorkingDir: repoRoot,
  entryPoints: ['early.ts', ...DOCUMENTS.map(({ entry }) => entry)].map((entry) => path.join(app, entry)),
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
});

/** Builds the web page. Throws where a file of it has an error. Returns what esbuild tells about its output. */
export async function buildPage({ folder = destination }: PageOptions = {}): Promise<Metafile> {
  const result = await build(optionsOf(false));
  writeSite(filesOf(result), { folder, keepMs: KEEP_MS });
  return result.metafile;
}

/** Builds the web page, and builds it again whenever a file of it is saved, until the signal aborts. */
export async function watchPage(report: (line: string) => void, signal: AbortSignal): Promise<void> {
  const options = optionsOf(true);
  const watching = await context({
    ...options,
    plugins: [
      {
        name: 'write-site',
        setup({ onEnd }) {
          onEnd((result) => {
            for (const { text, location } of result.errors)
              report(`The page was not built: ${location?.file ?? ''}:${location?.line ?? ''} ${text}`);
            if (result.errors.length > 0) return;
            const files = filesOf(result as BuildResult<typeof options>);
            writeSite(files, { folder: destination, keepMs: KEEP_WATCHED_MS });
          });
        },
      },
    ],
  });
  await watching.watch();
  signal.addEventListener('abort', () => void watching.dispose(), { once: true });
}

/** All files of the page. */
function filesOf({ outputFiles, metafile }: BuildResult<{ metafile: true; write: false }>): PageFile[] {
  const entries = entriesOf(metafile);
  const documents = DOCUMENTS.map((document) => ({ url: document.url, ...documentOf(document, entries) }));
  return [
    ...outputFiles.map(({ path: file, contents }) => ({
      url: urlOf(file),
      file: path.relative(destination, file),
      type: TYPES[path.extname(file)] ?? 'application/octet-stream',
      contents,
      immutable: true,
    })),
    ...[...documents, ...fixedFiles()].map((file) => ({ ...file, immutable: false })),
  ];
}

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
