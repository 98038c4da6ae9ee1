import { mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unmountBelow } from '../../deploy/process/mounts.ts';
import { stopOrphans } from '../../deploy/process/orphans.ts';
import type { Report } from '../../deploy/process/run.ts';
import { isOver, runId } from './run-id.ts';

/** How often a run shows that it lives, to runs that cannot see its process. */
const TOUCH_MS = 3600_000;
const ABANDONED_MS = 24 * TOUCH_MS;

/** The folder of this process below a root. It contains the `.data` of a system, or folders of several systems. */
export const stateFolder = (root: string): string => join(root, runId());

/** Creates the folder of this process, and removes what runs that were killed or failed left behind: processes, mounts and files. */
export async function newStateFolder(root: string, report: Report): Promise<string> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const folder of leftFolders(root)) {
    for (const system of ['.', ...readdirSync(folder)])
      await stopOrphans(join(folder, system, '.data'), report);
    await unmountBelow(folder, report);
    await rm(folder, { recursive: true, force: true });
  }
  const own = stateFolder(root);
  mkdirSync(own, { mode: 0o700 });
  keepTouched(own);
  return own;
}

/**
 * The folders of runs that have ended. Whether a process of another container lives cannot be seen here, so its folder counts as
 * left when nothing has touched it for a day. So does one from before the last boot.
 */
const leftFolders = (root: string): string[] =>
  readdirSync(root)
    .filter((name) => /^([0-9a-f]{8}-)?\d+$/.test(name))
    .filter((name) => isOver(name) ?? isAbandoned(join(root, name)))
    .map((name) => join(root, name));

/** Another run may remove the folder at the same time. */
function isAbandoned(folder: string): boolean {
  const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? {};
  return mtimeMs !== undefined && Date.now() - mtimeMs > ABANDONED_MS;
}

function keepTouched(folder: string): void {
  const timer = setInterval(() => {
    try {
      utimesSync(folder, new Date(), new Date());
    } catch {
      // The run has removed its folder.
      clearInterval(timer);
    }
  }, TOUCH_MS).unref();
}
