import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { readProcessId } from '../../../../deploy/process/process-id.ts';

/**
 * Two runs that fetch the same MP3 must not write to one file, and a run must find the part that a killed run has left.
 * So the name tells the MP3 and the writing process: `<target>.<mp3>-<host>-<pid>-<start>-<random>.part`.
 */
const WRITER = /^([\da-f]{8})-(\d+)-([\da-f]{8})-[\da-f]{8}\.part$/;
/** Characters of the target's name. With the suffix, the name stays within 255 bytes, also in UTF-8. */
const NAME_LENGTH = 40;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
const HOST = digest(hostname());

/** A digest of the process's start time; undefined where no process has this pid. */
function startOf(pid: number): string | undefined {
  const process = readProcessId(pid);
  return process && digest(process.started);
}

function prefixOf(target: string, sha256: string): string {
  const name = path.basename(target);
  return `${[...name].slice(0, NAME_LENGTH).join('')}.${digest(`${name}\n${sha256}`)}-`;
}

/** A new part name for the target, which names `pid` as its writer. `sha256` is the one of the whole MP3. */
export function newPart(target: string, sha256: string, pid = process.pid): string {
  const writer = [HOST, pid, startOf(pid) ?? digest(''), randomBytes(4).toString('hex')].join('-');
  return path.join(path.dirname(target), `${prefixOf(target, sha256)}${writer}.part`);
}

/**
 * Looks for parts of this MP3 that killed runs have left. Renames the longest to `part` and deletes the others.
 * Of several runs that do this at once, one succeeds: rename(2) finds a file only once. Returns its bytes, or 0.
 */
export async function adoptPart(target: string, sha256: string, part: string): Promise<number> {
  const folder = path.dirname(target);
  const prefix = prefixOf(target, sha256);
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(prefix) && isLeft(name.slice(prefix.length)));
  const found = await Promise.all(left.map((name) => ownFile(path.join(folder, name))));
  let adopted = 0;
  for (const { file, size } of found.flat().sort((a, b) => b.size - a.size)) {
    if (adopted > 0) await rm(file, { force: true }).catch(() => undefined);
    else if (size > 0 && (await renamed(file, part))) adopted = size;
  }
  return adopted;
}

/** Whether the writer is gone. Parts of another machine that shares the folder never count as left: we cannot see its processes. */
function isLeft(name: string): boolean {
  const [, host, pid, start] = WRITER.exec(name) ?? [];
  return host === HOST && startOf(Number(pid)) !== start;
}

/** Accepts only regular files of this user: another user could change the file later, or redirect us by a link. */
async function ownFile(file: string): Promise<{ file: string; size: number }[]> {
  const found = await lstat(file).catch(() => undefined);
  return found?.isFile() && found.uid === (process.getuid?.() ?? found.uid)
    ? [{ file, size: found.size }]
    : [];
}

const renamed = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  );
