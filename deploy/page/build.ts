import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, type BuildResult, build, context, type OutputFile } from 'esbuild';
import { type SiteFile, type SiteIndex, siteIndex } from '../../services/gateway/page/site.ts';
import { compress } from './compress.ts';
import { DOCUMENTS, documentOf, type Entry } from './documents.ts';
import { fixedFiles } from './fixed-files.ts';

const repoRoot = path.resolve(import.meta.dirname, '../..');
const app = path.join(repoRoot, 'services/gateway/page/app');
/** services/gateway/page/site.ts serves this folder. */
const destination = path.join(repoRoot, 'services/gateway/page/dist');

const SUFFIXES = { br: '.br', gzip: '.gz' } as const;

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

interface PageOptions {
  /** Whether a page that is open loads again when it was built anew. Default: it does not. */
  reload?: boolean;
}

/**
 * The scripts and styles that documents.ts names, and what these import. What several of them import, and what is imported with
 * `import()`, becomes a file of its own.
 */
const optionsOf = ({ reload = false }: PageOptions): BuildOptions & { metafile: true; write: false } => ({
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

/** Builds the web page. Throws where a file of it has an error. */
export async function buildPage(options: PageOptions = {}): Promise<void> {
  writeSite(await build(optionsOf(options)));
}

/** Builds the web page, and builds it again whenever a file of it is saved, until the signal aborts. */
export async function watchPage(report: (line: string) => void, signal: AbortSignal): Promise<void> {
  const options = optionsOf({ reload: true });
  const watching = await context({
    ...options,
    plugins: [
      {
        name: 'write-site',
        setup({ onEnd }) {
          onEnd((result) => {
            for (const { text, location } of result.errors)
              report(`The page was not built: ${location?.file ?? ''}:${location?.line ?? ''} ${text}`);
            if (result.errors.length === 0) writeSite(result as BuildResult<typeof options>);
          });
        },
      },
    ],
  });
  await watching.watch();
  signal.addEventListener('abort', () => void watching.dispose(), { once: true });
}

/** Writes the files first and the index of them last, so that a gateway that is running never misses one. */
function writeSite({ outputFiles, metafile }: BuildResult<{ metafile: true; write: false }>): void {
  const entries = Object.entries(metafile.outputs).flatMap(
    ([file, { entryPoint, cssBundle, imports }]): Entry[] =>
      entryPoint === undefined
        ? []
        : [
            {
              source: path.relative(app, path.resolve(repoRoot, entryPoint)),
              script: urlOf(file),
              styles: cssBundle === undefined ? [] : [urlOf(cssBundle)],
              preloads: imports
                .filter(({ kind }) => kind === 'import-statement')
                .map(({ path: name }) => urlOf(name)),
            },
          ],
  );
  const documents = DOCUMENTS.map((document) => ({
    url: document.url,
    ...documentOf(document, entries),
  }));
  mkdirSync(path.join(destination, 'assets'), { recursive: true });
  const before = readIndex();
  const index: SiteIndex = Object.fromEntries([
    ...outputFiles.map((file) => [urlOf(file.path), before[urlOf(file.path)] ?? writeAsset(file)]),
    ...[...documents, ...fixedFiles()].map(({ url, ...file }) => [url, write(file, false)]),
  ]);
  writeWhole('site.json', JSON.stringify(index));
  removeOthers(Object.values(index));
}

const urlOf = (file: string): string =>
  `/${path.relative(destination, path.resolve(repoRoot, file)).split(path.sep).join('/')}`;

/** The assets of the build before that are there. Their names contain their hashes, so they need not be compressed again. */
function readIndex(): SiteIndex {
  const file = path.join(destination, 'site.json');
  if (!existsSync(file)) return {};
  const { data = {} } = siteIndex.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  const isThere = ({ file: name, encodings }: SiteFile) =>
    [name, ...encodings.map((encoding) => name + SUFFIXES[encoding])].every((form) =>
      existsSync(path.join(destination, form)),
    );
  return Object.fromEntries(Object.entries(data).filter(([, asset]) => asset.immutable && isThere(asset)));
}

function writeAsset({ path: file, contents }: OutputFile): SiteFile {
  const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
  return write({ file: path.relative(destination, file), type, contents }, true);
}

function write(
  { file, type, contents }: { file: string; type: string; contents: string | Uint8Array },
  immutable: boolean,
): SiteFile {
  const { hash, forms } = compress(contents);
  const encodings = forms.flatMap(({ encoding }) => (encoding === 'identity' ? [] : [encoding]));
  for (const { suffix, bytes } of forms) writeWhole(file + suffix, bytes);
  return { file, type, hash, encodings, immutable };
}

/** Whoever reads the file gets all of the old one or all of the new one, also where two processes build the page. */
function writeWhole(file: string, contents: string | Uint8Array): void {
  const target = path.join(destination, file);
  const temporary = `${target}.${process.pid}.new`;
  writeFileSync(temporary, contents);
  renameSync(temporary, target);
}

/** Removes what earlier builds have written. */
function removeOthers(files: readonly SiteFile[]): void {
  const kept = new Set(files.flatMap(({ file }) => [file, `${file}.br`, `${file}.gz`]));
  for (const name of readdirSync(destination, { recursive: true, encoding: 'utf8' })) {
    const isKept = kept.has(name) || name === 'site.json' || name === 'assets' || name.endsWith('.new');
    if (!isKept) rmSync(path.join(destination, name), { force: true });
  }
}
