import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface FoundProcess {
  pid: number;
  command: string;
}

/** A process can end while it is read, so errors are ignored. */
const readOr = <T>(otherwise: T, read: () => T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

/**
 * Finds processes whose working directory is in a folder, even if the folder has been deleted, or whose arguments name it. It
 * reads /proc, so it finds nothing on other systems than Linux.
 */
export function processesIn(folder: string): FoundProcess[] {
  return readOr([], () => readdirSync('/proc'))
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const cwd = readOr('', () => readlinkSync(`/proc/${name}/cwd`)).replace(/ \(deleted\)$/, '');
      const args = readOr('', () => readFileSync(`/proc/${name}/cmdline`, 'utf8')).split('\0');
      const inside = `${cwd}/`.startsWith(`${folder}/`) || args.some((arg) => arg.includes(`${folder}/`));
      return inside ? [{ pid: Number(name), command: args.join(' ').slice(0, 120) }] : [];
    });
}
