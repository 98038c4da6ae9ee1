import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { filesIn } from '../../deploy/process/files-in.ts';

/** What a start builds below `services/`: the web page, and the launcher of the sandbox. */
const BUILT = ['gateway/page/dist', 'converter/sandbox/bin'];

/** Returns the SHA-256 of the names and contents of all source files of the services. Files that are built from them do not count. */
export function hashSources(services: string): string {
  const isBuilt = (file: string): boolean =>
    BUILT.some((folder) => file.startsWith(join(services, folder) + sep));
  const files = filesIn(services).filter((file) => !isBuilt(file));
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${relative(services, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
