import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../deploy/process/run.ts';
import { newStateFolder, stateFolder } from '../support/state-folder.ts';

/** In the system's folder for temporary files, because the path of a socket may have 107 bytes only. */
export const temporaryRoot = (): string =>
  join(tmpdir(), `mp3converter-tests-${process.getuid?.() ?? 'user'}`);

/**
 * Creates a folder for the temporary files of this run, and makes it the TMPDIR of all that the run starts: test files,
 * browsers, services and servers. Removes the folders of runs that were killed before they could remove theirs.
 * @returns its path; the caller removes it at the end
 */
export async function useOwnTemporaryFolder(report: Report): Promise<string> {
  const root = temporaryRoot();
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const found = lstatSync(root);
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid()))
    throw new Error(`${root} belongs to somebody else. Remove it, or set TMPDIR.`);
  await newStateFolder(root, report);
  const folder = stateFolder(root);
  process.env.TMPDIR = folder;
  return folder;
}
