import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Harness } from '../harness.ts';
import type { History } from '../history.ts';
import { mailFolder } from '../mail/mail-server.ts';

/** Copies logs and mails of a failed experiment to a folder, and writes `history.json` beside them. */
export async function saveArtifacts({ dataDir }: Harness, history: History, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await cp(join(dataDir, 'logs'), join(folder, 'logs'), { recursive: true });
  await cp(mailFolder(dataDir), join(folder, 'mails'), { recursive: true }).catch(() => undefined);
  const uploads = history.uploads.map((upload) => ({ ...upload, ids: [...upload.ids] }));
  const content = JSON.stringify({ uploads, faults: history.faults }, undefined, 2);
  await writeFile(join(folder, 'history.json'), content);
}
