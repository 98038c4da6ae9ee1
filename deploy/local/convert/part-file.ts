import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { identify } from '../processes/identity.ts';

/**
 * Two runs that fetch the same MP3 must not write into one file, and a run must find what a killed one has left. So each
 * part is called `<target>.<mp3>-<host>-<pid>-<start>-<random>.part`: it tells what it is a part of, and who writes it.
 */
const WRITER = /^([\da-f]{8})-(\d+)-([\da-f]{8})-[\da-f]{8}\.part$/;
/** Characters of the target's name. With all that follows they stay within the 255 bytes of a name, in UTF-8 too. */
const NAME_LENGTH = 40;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
const HOST = digest(hostname());

/** When the process started; undefined when there is none of this number. */
function startOf(pid: number): string | undefined {
  const process = identify(pid);
  return process && digest(process.started);
}

function prefixOf(target: string, sha256: string): string {
  const name = path.basename(target);
  return `${[...name].slice(0, NAME_LENGTH).join('')}.${digest(`${name}\n${sha256}`)}-`;
}

/** A new name for a part of the target, of which `pid` is the writer. `sha256` is that of the whole MP3. */
export function newPart(target: string, sha256: string, pid = process.pid): string {
  const writer = [HOST, pid, startOf(pid) ?? digest(''), randomBytes(4).toString('hex')].join('-');
  return path.join(path.dirname(target), `${prefixOf(target, sha256)}${writer}.part`);
}

/**
 * Looks for parts that killed runs have left of this MP3. The longest gets the name `part`, the others are deleted.
 * Of several runs that look at once, one gets it: rename(2) finds it once. Returns its length in bytes, or 0.
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

/** Whether the writer is gone. Whether a process of another machine is, which shares the folder, cannot be seen here. */
function isLeft(name: string): boolean {
  const [, host, pid, start] = WRITER.exec(name) ?? [];
  return host === HOST && startOf(Number(pid)) !== start;
}

/** Not what somebody else has put there: they could change it afterwards, or lead us elsewhere by a link. */
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
