import { mkdirSync, readdirSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identify } from '../../deploy/local/processes/identity.ts';
import { endLeftovers } from '../../deploy/local/processes/leftovers.ts';
import type { Report } from '../../deploy/local/processes/run.ts';
import type { Ledger } from './ledger.ts';
import { mailFolder } from './mail-server.ts';
import type { Stage } from './stage.ts';
import { unmountBelow } from './tmpfs.ts';

/** A folder for this process alone, after ending what runs that were killed have left: processes, mounts, folders. */
export async function newStateFolder(root: string, report: Report): Promise<string> {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const left = readdirSync(root).filter((name) => /^\d+$/.test(name) && identify(Number(name)) === undefined);
  for (const folder of left.map((name) => join(root, name))) {
    await endLeftovers(join(folder, '.data'), report);
    await unmountBelow(folder);
    await rm(folder, { recursive: true, force: true });
  }
  const own = join(root, String(process.pid));
  mkdirSync(own, { mode: 0o700 });
  return own;
}

/** What tells what went wrong, saved from the end of the run. */
export async function keepEvidence({ dataDir }: Stage, ledger: Ledger, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(join(dataDir, 'logs'), join(folder, 'logs'), { recursive: true });
  await cp(mailFolder(dataDir), join(folder, 'mails'), { recursive: true }).catch(() => undefined);
  const uploads = ledger.uploads.map((upload) => ({ ...upload, ids: [...upload.ids] }));
  await writeFile(
    join(folder, 'ledger.json'),
    JSON.stringify({ uploads, faults: ledger.faults }, undefined, 2),
  );
}
