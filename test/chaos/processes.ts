import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface FoundProcess {
  pid: number;
  command: string;
}

const quietly = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

/** Processes that work in this folder or name it in their arguments; of /proc, so on Linux only. */
export function processesIn(folder: string): FoundProcess[] {
  return quietly(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const cwd = quietly(() => readlinkSync(`/proc/${name}/cwd`), '');
      const args = quietly(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'), '').split('\0');
      const inside = `${cwd}/`.startsWith(`${folder}/`) || args.some((arg) => arg.includes(`${folder}/`));
      return inside ? [{ pid: Number(name), command: args.join(' ').slice(0, 120) }] : [];
    });
}

/** Private folders of attempts in a spool, `<spool>/<pid>/attempt-…`, and those of converters that are gone. */
export async function foldersIn(spool: string, livePid: number | undefined): Promise<string[]> {
  const instances = await readdir(spool).catch(() => []);
  const left = await Promise.all(
    instances.map(async (name) => {
      const attempts = await readdir(join(spool, name)).catch(() => []);
      const paths = attempts.map((attempt) => join(spool, name, attempt));
      return Number(name) === livePid ? paths : [join(spool, name), ...paths];
    }),
  );
  return left.flat();
}
