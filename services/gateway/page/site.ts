import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Log } from '../../shared/runtime/log.ts';

/** Written by deploy/page/build.ts. Git ignores it. */
const FOLDER = path.join(import.meta.dirname, 'dist');
export const INDEX_NAME = 'site.json';

/** How a file is sent, and what its name on the disk ends with then. */
export const SUFFIX = { br: '.br', gzip: '.gz', identity: '' } as const;
export type Encoding = keyof typeof SUFFIX;

const siteFile = z.object({
  /** Name in the folder of the site. With `.br` or `.gz` after it, the compressed forms. */
  file: z.string(),
  type: z.string(),
  /** Hexadecimal digits that change with the content. */
  hash: z.string(),
  /** The forms that are there beside the plain one. */
  encodings: z.array(z.enum(['br', 'gzip'])),
  /** Whether the name contains the hash, so that a browser may keep the file for ever. */
  immutable: z.boolean(),
  /** Milliseconds since the epoch, for a file of an earlier build: a page that was opened before may still ask for it. */
  kept_until: z.number().optional(),
});
export type SiteFile = z.infer<typeof siteFile>;

/** What the build writes to `site.json`: the files by the path of their URL. */
export const siteIndex = z.record(z.string(), siteFile);
export type SiteIndex = z.infer<typeof siteIndex>;

/** The files of the page. */
export interface Site {
  /** @param urlPath such as `/assets/main-3f2a.js` */
  find(urlPath: string): SiteFile | undefined;
  /** The bytes of a file, which all requests share. Undefined where it has just been removed. */
  read(file: SiteFile, encoding: Encoding): Promise<Buffer | undefined>;
}

/** Opens the page as it was built. Finds its files also when it is built anew later. */
export function openSite(log: Log, folder = FOLDER): Site {
  const index = path.join(folder, INDEX_NAME);
  let version = '';
  let files = new Map<string, SiteFile>();
  /** Slow clients must not hold copies of their own. There are few files, and all of them are small. */
  const contents = new Map<string, Promise<Buffer | undefined>>();

  const refresh = () => {
    const stats = statSync(index, { throwIfNoEntry: false });
    const found = stats === undefined ? 'none' : `${stats.mtimeMs} ${stats.ino} ${stats.size}`;
    if (found === version) return;
    version = found;
    contents.clear();
    files = stats === undefined ? new Map() : readIndex(index, log);
    if (stats === undefined) log.warn({ folder }, 'the web page is not built: npm run page builds it');
  };
  refresh();

  return {
    find(urlPath) {
      refresh();
      return files.get(urlPath);
    },
    read({ file }, encoding) {
      const name = file + SUFFIX[encoding];
      const known = contents.get(name);
      if (known) return known;
      const reading = readIfThere(path.join(folder, name));
      contents.set(name, reading);
      const forget = () => contents.delete(name);
      reading.then((bytes) => bytes ?? forget(), forget);
      return reading;
    },
  };
}

/** A gateway works without the page, so a damaged index does not end it. */
function readIndex(file: string, log: Log): Map<string, SiteFile> {
  try {
    return new Map(Object.entries(siteIndex.parse(JSON.parse(readFileSync(file, 'utf8')))));
  } catch (error) {
    log.error({ err: error, file }, 'the web page cannot be read: npm run page builds it');
    return new Map();
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
