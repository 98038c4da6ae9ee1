import { mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unmountBelow } from '../../deploy/process/mounts.ts';
import { stopOrphans } from '../../deploy/process/orphans.ts';
import type { Report } from '../../deploy/process/run.ts';
import { readProcessId } from '../../services/shared/runtime/process-id.ts';

/** The folder of this process below a root. It contains the `.data` of a system, or folders of several systems. */
export const stateFolder = (root: string): string => join(root, String(process.pid));

/** Creates the folder of this process, and removes what runs that were killed or failed left behind: processes, mounts and files. */
export async function newStateFolder(root: string, report: Report): Promise<string> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  // In a container, process ids are soon used again, so a folder with our own id is an old one.
  const isDead = (pid: number) => pid === process.pid || readProcessId(pid) === undefined;
  const left = readdirSync(root).filter((name) => /^\d+$/.test(name) && isDead(Number(name)));
  for (const folder of left.map((name) => join(root, name))) {
    for (const system of ['.', ...readdirSync(folder)])
      await stopOrphans(join(folder, system, '.data'), report);
    await unmountBelow(folder, report);
    await rm(folder, { recursive: true, force: true });
  }
  const own = stateFolder(root);
  mkdirSync(own, { mode: 0o700 });
  return own;
}
