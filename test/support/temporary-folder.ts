import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder that is removed at the end of the test, or of the suite with `{ after }` of node:test. */
export function temporaryFolder(context: { after(remove: () => void): void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mp3converter-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
