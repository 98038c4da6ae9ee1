import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {
  INDEX_NAME,
  type SiteFile,
  type SiteIndex,
  SUFFIX,
  siteIndex,
} from '../../services/gateway/page/site.ts';
import { compress } from './compress.ts';

export interface PageFile {
  url: string;
  /** Name in the folder of the site. */
  file: string;
  type: string;
  contents: string | Uint8Array;
  /** Whether the name contains a hash of the content. */
  immutable: boolean;
}

export interface WriteOptions {
  folder: string;
  /** How long the hashed files of earlier builds are kept: a page that is open may load a part of itself later. */
  keepMs: number;
  now?: number;
}

/** Another process may have written such a file, and not yet the index that names it. */
const YOUNG_MS = 60_000;

/**
 * Writes the files first and the index of them last, so that a gateway that is running never misses one. Files with fixed URLs
 * are written under a name with a hash too: so the HTML of the new build is served once the index names its scripts.
 */
export function writeSite(
  files: readonly PageFile[],
  { folder, keepMs, now = Date.now() }: WriteOptions,
): void {
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  const previous = readPrevious(folder);
  const built = Object.fromEntries(
    files.map((file) => [file.url, findWritten(previous[file.url], folder) ?? writeForms(file, folder)]),
  );
  const index: SiteIndex = { ...keptFiles(previous, { keepMs, now }), ...built };
  writeWhole(path.join(folder, INDEX_NAME), JSON.stringify(index));
  removeOthers(Object.values(index), folder, now);
}

/** The hashed files of earlier builds whose time is not over. */
function keptFiles(previous: SiteIndex, { keepMs, now }: { keepMs: number; now: number }): SiteIndex {
  return Object.fromEntries(
    Object.entries(previous)
      .filter(([, { immutable, kept_until = now + keepMs }]) => immutable && kept_until > now)
      .map(([url, file]) => [url, { ...file, kept_until: file.kept_until ?? now + keepMs }]),
  );
}

/** Nothing of an earlier build is needed, so one that cannot be read counts as none. */
function readPrevious(folder: string): SiteIndex {
  try {
    return siteIndex.parse(JSON.parse(readFileSync(path.join(folder, INDEX_NAME), 'utf8')));
  } catch {
    return {};
  }
}

/** A hashed file that an earlier build has written. It has the same content, so it need not be compressed again. */
function findWritten(written: SiteFile | undefined, folder: string): SiteFile | undefined {
  if (!written?.immutable) return undefined;
  const { file, encodings } = written;
  const { kept_until: _old, ...found } = written;
  const names = [file, ...encodings.map((encoding) => file + SUFFIX[encoding])];
  return names.every((name) => existsSync(path.join(folder, name))) ? found : undefined;
}

function writeForms({ file, type, contents, immutable }: PageFile, folder: string): SiteFile {
  const { hash, forms } = compress(contents);
  const { dir, name, ext } = path.parse(file);
  const stored = immutable ? file : path.join(dir, `${name}-${hash}${ext}`);
  for (const { encoding, bytes } of forms) writeWhole(path.join(folder, stored + SUFFIX[encoding]), bytes);
  const encodings = forms.flatMap(({ encoding }) => (encoding === 'identity' ? [] : [encoding]));
  return { file: stored, type, hash, encodings, immutable };
}

/** Whoever reads the file gets all of the old one or all of the new one, also where two processes build the page. */
function writeWhole(file: string, contents: string | Uint8Array): void {
  const temporary = `${file}.${process.pid}.new`;
  writeFileSync(temporary, contents);
  renameSync(temporary, file);
}

/** Removes what earlier builds have written. */
function removeOthers(files: readonly SiteFile[], folder: string, now: number): void {
  const kept = new Set(files.flatMap(({ file }) => Object.values(SUFFIX).map((suffix) => file + suffix)));
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (kept.has(name) || name === INDEX_NAME) continue;
    const file = path.join(folder, name);
    // Another process may have removed it.
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() && stats.mtimeMs < now - YOUNG_MS) rmSync(file, { force: true });
  }
}
