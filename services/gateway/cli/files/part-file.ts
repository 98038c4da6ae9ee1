import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { readProcessId } from '../../../shared/runtime/process-id.ts';

/**
 * Two runs that fetch the same MP3 must not write to one file, and a run must find the part that a killed run has left.
 * Therefore the name identifies the MP3 and the process that writes: `<target>.<mp3>-<host>-<pid>-<start>-<random>.part`.
 */
const WRITER = /^([\da-f]{8})-(\d+)-([\da-f]{8})-[\da-f]{8}\.part$/;
/** Characters taken from the target's name. With the suffix, the name stays within 255 bytes, also in UTF-8. */
const NAME_LENGTH = 40;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
const HOST = digest(hostname());
/** Stands for the start of a process where the system does not tell it: on Windows there is no ps. */
const UNKNOWN_START = digest('');

/** A digest of the process's start time; undefined where no process has this pid. */
function startOf(pid: number): string | undefined {
  const process = readProcessId(pid);
  return process && digest(process.started);
}

function prefixOf(target: string, sha256: string): string {
  const name = path.basename(target);
  return `${[...name].slice(0, NAME_LENGTH).join('')}.${digest(`${name}\n${sha256}`)}-`;
}

/** Returns a new path for a part that the process `pid` writes. `sha256` is that of the whole MP3. */
export function newPart(target: string, sha256: string, pid = process.pid): string {
  const writer = [HOST, pid, startOf(pid) ?? UNKNOWN_START, randomBytes(4).toString('hex')].join('-');
  return path.join(path.dirname(target), `${prefixOf(target, sha256)}${writer}.part`);
}

/**
 * Looks for parts of this MP3 that killed runs have left. Renames the longest to `part`, deletes the others, and returns the
 * size in bytes, or 0 where there is none. Of several runs that do this at once, one succeeds: rename(2) finds a file once.
 */
export async function adoptPart(target: string, sha256: string, part: string): Promise<number> {
  const folder = path.dirname(target);
  const prefix = prefixOf(target, sha256);
  const names = await readdir(folder).catch(() => []);
  const abandoned = names.filter((name) => name.startsWith(prefix) && isAbandoned(name.slice(prefix.length)));
  const found = await Promise.all(abandoned.map((name) => findOwn(path.join(folder, name))));
  let adopted = 0;
  for (const { file, size } of found.flat().sort((a, b) => b.size - a.size)) {
    if (adopted > 0) await rm(file, { force: true }).catch(() => undefined);
    else if (size > 0 && (await tryRename(file, part))) adopted = size;
  }
  return adopted;
}

/**
 * Whether the writer has ended. A part of another machine that shares the
 * folder never counts: we cannot see its processes.
 */
function isAbandoned(name: string): boolean {
  const [, host, pid, start] = WRITER.exec(name) ?? [];
  if (host !== HOST) return false;
  // Another process may have got the pid. Then the part is only not used.
  if (start === UNKNOWN_START) return !isRunning(Number(pid));
  return startOf(Number(pid)) !== start;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Accepts only regular files of this user: another user could change the file later, or redirect us by a link. */
async function findOwn(file: string): Promise<{ file: string; size: number }[]> {
  const found = await lstat(file).catch(() => undefined);
  return found?.isFile() && found.uid === (process.getuid?.() ?? found.uid)
    ? [{ file, size: found.size }]
    : [];
}

const tryRename = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  );
