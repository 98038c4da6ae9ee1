import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { INDEX_NAME, SUFFIX, siteIndex } from '../../services/gateway/page/site.ts';
import { readIfThere } from '../../services/shared/runtime/private-files.ts';
import { filesIn } from '../process/files-in.ts';
import { buildPage, destination, repoRoot } from './build.ts';

/**
 * Everything that a build reads, relative to the repository: more than that, so that nothing is forgotten. The lock file stands
 * for the packages.
 */
export const SOURCES = [
  ...['services/gateway', 'services/shared', 'deploy/page'],
  ...['package-lock.json', 'package.json', 'tsconfig.json'],
] as const;

/** Beside the files of the site, of which it is none. So the next build of any kind may remove it. */
const MARK_NAME = 'built-from.json';

interface BuildIfChangedOptions {
  /** Where the files are written. Default: where the gateway looks for them. */
  folder?: string;
  /** The folder in which {@link SOURCES} are. Default: the repository. */
  root?: string;
  build?: (options: { folder: string }) => Promise<unknown>;
}

/**
 * Builds the web page, unless the last build was made of the same files and what it has written is still there, byte for byte.
 * Returns whether it has built. Throws as buildPage() does.
 */
export async function buildPageIfChanged({
  folder = destination,
  root = repoRoot,
  build = buildPage,
}: BuildIfChangedOptions = {}): Promise<boolean> {
  // Before the build: a file that is saved meanwhile is another one at the next start.
  const sources = hashSources(root, folder);
  const mark = path.join(folder, MARK_NAME);
  const known = markOf(sources, folder);
  if (known !== undefined && readIfThere(mark) === known) return false;
  await build({ folder });
  const built = markOf(sources, folder);
  if (built !== undefined) writeFileSync(mark, built);
  return true;
}

/** What the mark contains where the site is made of these sources. Undefined where a file of the site is missing. */
function markOf(sources: string, folder: string): string | undefined {
  const site = hashSite(folder);
  return site && JSON.stringify({ sources, site });
}

function hashSources(root: string, folder: string): string {
  const files = SOURCES.flatMap((source) => filesOf(path.join(root, source)));
  // Node compresses the files, and another release may do it in another way.
  return hashFiles(files.filter((file) => !file.startsWith(folder + path.sep)).sort(), process.version);
}

/** A site that cannot be read counts as none: it is built anew. */
function hashSite(folder: string): string | undefined {
  try {
    const index = path.join(folder, INDEX_NAME);
    const files = Object.values(siteIndex.parse(JSON.parse(readFileSync(index, 'utf8'))));
    const names = files.flatMap(({ file, encodings }) =>
      (['identity', ...encodings] as const).map((encoding) => path.join(folder, file + SUFFIX[encoding])),
    );
    return hashFiles([index, ...names.sort()]);
  } catch {
    return undefined;
  }
}

/** The file itself, or the files of the folder and of those in it. */
function filesOf(source: string): string[] {
  try {
    return filesIn(source);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [source];
    throw error;
  }
}

/** Of names and contents. The length of a file stands before it, so that no byte can move from one file to the next. */
function hashFiles(files: readonly string[], ...also: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(also));
  for (const file of files) {
    const contents = readFileSync(file);
    hash.update(JSON.stringify([file, contents.length])).update(contents);
  }
  return hash.digest('hex');
}
