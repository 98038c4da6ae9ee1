import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { splitExtension } from '../../downloads/mp3-name.ts';
import { CommandError } from '../errors.ts';
import { printable } from '../terminal/text.ts';

/** Bounds for a folder that was named by mistake, such as the root of a disk. */
const MAX_ENTRIES = 200_000;
const MAX_DEPTH = 64;

/** Files that a download program keeps beside a file that is not complete yet. */
const DOWNLOAD_MARKS = ['.part', '.crdownload', '.download', '.aria2', '.!qb', '.tmp'];

export interface FoundFilm {
  /** Absolute. */
  path: string;
  /** Below the folder that was searched. */
  relative: string;
}

/** Why files of a folder are left out. */
export interface Skipped {
  /** Their names show no media. */
  others: number;
  hidden: number;
  /** Folders in the folder, where it is not searched recursively. */
  folders: number;
  /** Links that lead to a folder which was searched already, folders that lie too deep, and what cannot be read: a sentence each. */
  faults: string[];
}

export interface Found {
  films: FoundFilm[];
  skipped: Skipped;
}

/** Whether a name is that of a file to convert: one with the extension of a media file, except for an MP3. */
export function looksLikeFilm(name: string): boolean {
  const extension = splitExtension(name).extension.toLowerCase();
  return extension !== '' && extension !== '.mp3';
}

/** Finds the films of a folder in the order of their names. @throws CommandError where it cannot be read */
export async function findFilms(folder: string, { isRecursive }: { isRecursive: boolean }): Promise<Found> {
  const skipped: Skipped = { others: 0, hidden: 0, folders: 0, faults: [] };
  const films: FoundFilm[] = [];
  const visited = new Set<string>();
  let entries = 0;

  async function search(relative: string, depth: number): Promise<void> {
    const absolute = path.join(folder, relative);
    if (depth > MAX_DEPTH) {
      skipped.faults.push(`${printable(relative)} lies too deep, and was not searched.`);
      return;
    }
    const real = await realpath(absolute);
    if (visited.has(real)) {
      skipped.faults.push(`${printable(relative)} leads to a folder that was searched already.`);
      return;
    }
    visited.add(real);
    const names = (await readdir(absolute)).sort(byName);
    entries += names.length;
    if (entries > MAX_ENTRIES)
      throw new CommandError(
        `${printable(folder)} holds more than ${MAX_ENTRIES} files: name a smaller folder.`,
      );
    const unfinished = namesOfDownloads(names);
    for (const name of names) {
      if (unfinished.has(name)) continue;
      await take(path.join(relative, name), name, depth).catch((error: unknown) => {
        if (error instanceof CommandError) throw error;
        const { code } = error as NodeJS.ErrnoException;
        // A file may vanish between the list and the look at it.
        if (code !== 'ENOENT' || depth === 0)
          skipped.faults.push(`${printable(path.join(relative, name))} cannot be read (${code}).`);
      });
    }
  }

  async function take(relative: string, name: string, depth: number): Promise<void> {
    if (name.startsWith('.')) {
      skipped.hidden += 1;
      return;
    }
    const found = await stat(path.join(folder, relative));
    if (found.isDirectory()) {
      if (isRecursive) await search(relative, depth + 1);
      else skipped.folders += 1;
    } else if (found.isFile() && looksLikeFilm(name))
      films.push({ path: path.join(folder, relative), relative });
    else if (!/\.mp3$/i.test(name)) skipped.others += 1;
  }

  try {
    await search('', 0);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new CommandError(`${printable(folder)} cannot be read (${code}).`, { cause });
  }
  return { films, skipped };
}

const collator = new Intl.Collator('en', { numeric: true });
const byName = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1);

/** Names beside which a download program keeps its own file: `film.mp4` beside `film.mp4.part`. */
function namesOfDownloads(names: readonly string[]): Set<string> {
  const all = new Set(names);
  return new Set(
    names.flatMap((name) => {
      const mark = DOWNLOAD_MARKS.find((each) => name.toLowerCase().endsWith(each));
      const whole = mark ? name.slice(0, -mark.length) : '';
      return all.has(whole) ? [whole] : [];
    }),
  );
}

/** Says what was left out; undefined where nothing was. */
export function describeSkipped({ others, hidden, folders }: Skipped): string | undefined {
  const parts = [
    others > 0 &&
      `${others} ${plural(others, 'file')} that ${others === 1 ? 'is' : 'are'} no media by the name`,
    hidden > 0 && `${hidden} hidden ${plural(hidden, 'file')} or ${plural(hidden, 'folder')}`,
    folders > 0 && `${folders} ${plural(folders, 'folder')} (--recursive takes them)`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? `Left out: ${parts.join(', ')}.` : undefined;
}

const plural = (count: number, word: string): string => (count === 1 ? word : `${word}s`);
