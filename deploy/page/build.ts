import path from 'node:path';
import { type BuildOptions, type BuildResult, build, context, type Metafile, type Plugin } from 'esbuild';
import { DOCUMENTS, documentOf } from './documents.ts';
import { entriesOf } from './entries.ts';
import { fixedFiles } from './fixed-files.ts';
import { slimZod } from './slim-zod.ts';
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
  /** Whether a page that is open loads again when it was built anew. Default: it does not. */
  reload?: boolean;
}

/** The scripts that documents.ts names, and the one that runs before them. */
const ENTRIES = ['early.ts', ...DOCUMENTS.map(({ entry }) => entry)];

type Result = BuildResult<{ metafile: true; write: false }>;

/**
 * One script, its styles, and what it imports. What is imported with `import()` becomes a file of its own. Each script is built
 * alone: what two documents share would become many small files, which are 4 KB more with gzip.
 * @param reload whether a page that is open loads again when it was built anew
 */
const optionsOf = (entry: string, reload: boolean): BuildOptions & { metafile: true; write: false } => ({
  absWorkingDir: repoRoot,
  entryPoints: [path.join(app, entry)],
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
});

/** Builds the web page. Throws where a file of it has an error. Returns what esbuild tells about its output. */
export async function buildPage({
  folder = destination,
  reload = false,
}: PageOptions = {}): Promise<Metafile> {
  const result = merged(await Promise.all(ENTRIES.map((entry) => build(optionsOf(entry, reload)))));
  writeSite(filesOf(result), { folder, keepMs: KEEP_MS });
  return result.metafile;
}

/** Builds the web page, and builds it again whenever a file of it is saved, until the signal aborts. */
export async function watchPage(report: (line: string) => void, signal: AbortSignal): Promise<void> {
  const results = new Map<string, Result>();
  const writeOnEnd = (entry: string): Plugin => ({
    name: 'write-site',
    setup({ onEnd }) {
      onEnd((result) => {
        for (const { text, location } of result.errors)
          report(`The page was not built: ${location?.file ?? ''}:${location?.line ?? ''} ${text}`);
        if (result.errors.length > 0) return;
        results.set(entry, result as Result);
        if (results.size < ENTRIES.length) return;
        writeSite(filesOf(merged([...results.values()])), { folder: destination, keepMs: KEEP_WATCHED_MS });
      });
    },
  });
  const watching = await Promise.all(
    ENTRIES.map((entry) => {
      const options = optionsOf(entry, true);
      return context({ ...options, plugins: [...(options.plugins ?? []), writeOnEnd(entry)] });
    }),
  );
  signal.addEventListener('abort', () => void Promise.all(watching.map((one) => one.dispose())), {
    once: true,
  });
  for (const one of watching) await one.watch();
}

/** Files of the same name have the same content, because the names contain a hash. */
function merged(results: readonly Result[]): Pick<Result, 'outputFiles' | 'metafile'> {
  const files = results.flatMap(({ outputFiles }) => outputFiles);
  return {
    outputFiles: [...new Map(files.map((file) => [file.path, file])).values()],
    metafile: {
      inputs: Object.assign({}, ...results.map(({ metafile }) => metafile.inputs)),
      outputs: Object.assign({}, ...results.map(({ metafile }) => metafile.outputs)),
    },
  };
}

/** All files of the page. */
function filesOf({ outputFiles, metafile }: Pick<Result, 'outputFiles' | 'metafile'>): PageFile[] {
  const entries = entriesOf(metafile, { app, urlOf });
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

const urlOf = (file: string): string =>
  `/${path.relative(destination, path.resolve(repoRoot, file)).split(path.sep).join('/')}`;
