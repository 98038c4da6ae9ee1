import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds a program, as which(1) does. Searches the given folders, then PATH, then the folders outside of a user's PATH
 * where distributions install servers. Returns its absolute path.
 */
export function which(name: string, firstIn: string[] = []): string | undefined {
  const folders = [
    ...firstIn,
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/bin',
    '/opt/homebrew/sbin',
  ];
  return folders
    .map((folder) => path.join(folder, name))
    .find((file) => path.isAbsolute(file) && isExecutable(file));
}
