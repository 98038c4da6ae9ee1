import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** Processes that work in this folder, or did so when it existed, or name it in their arguments; of /proc, so on Linux only. */
export function processesIn(folder: string): FoundProcess[] {
  return quietly(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const cwd = quietly(() => readlinkSync(`/proc/${name}/cwd`), '').replace(/ \(deleted\)$/, '');
      const args = quietly(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'), '').split('\0');
      const inside = `${cwd}/`.startsWith(`${folder}/`) || args.some((arg) => arg.includes(`${folder}/`));
      return inside ? [{ pid: Number(name), command: args.join(' ').slice(0, 120) }] : [];
    });
}
