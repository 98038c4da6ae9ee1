import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { Log } from '../../shared/runtime/log.ts';

/** Written by deploy/page/build.ts. Git ignores it. */
const FOLDER = path.join(import.meta.dirname, 'dist');
const INDEX = 'site.json';

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
});
export type SiteFile = z.infer<typeof siteFile>;

/** What the build writes to `site.json`: the files by the path of their URL. */
export const siteIndex = z.record(z.string(), siteFile);
export type SiteIndex = z.infer<typeof siteIndex>;

/** The files of the page. */
export interface Site {
  folder: string;
  /** @param urlPath such as `/assets/main-3f2a.js` */
  find(urlPath: string): SiteFile | undefined;
}

/** Opens the page as it was built. Finds its files also when it is built anew later. */
export function openSite(log: Log, folder = FOLDER): Site {
  let changedAt = 0;
  let files = new Map<string, SiteFile>();
  const refresh = () => {
    const { mtimeMs = 0 } = statSync(path.join(folder, INDEX), { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === changedAt) return;
    changedAt = mtimeMs;
    const index = mtimeMs === 0 ? {} : readIndex(folder);
    files = new Map(Object.entries(index));
  };
  refresh();
  if (files.size === 0) log.warn({ folder }, 'the web page is not built: npm run page builds it');
  return {
    folder,
    find(urlPath) {
      refresh();
      return files.get(urlPath);
    },
  };
}

const readIndex = (folder: string): SiteIndex =>
  siteIndex.parse(JSON.parse(readFileSync(path.join(folder, INDEX), 'utf8')));
