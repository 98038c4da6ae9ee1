import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../harness.ts';
import type { Ledger } from '../history.ts';
import { mailFolder } from '../mail/mail-server.ts';

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
