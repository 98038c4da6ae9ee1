import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program on PATH, or where distributions put servers. */
export function find(name: string, alsoIn: string[] = []): string | undefined {
  const folders = [
    ...alsoIn,
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/bin',
    '/opt/homebrew/sbin',
  ];
  return folders
    .map((folder) => path.join(folder, name))
    .find((file) => path.isAbsolute(file) && isProgram(file));
}

/** What is built or fetched once for this user, whatever checkout needs it. */
export function cacheDir(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'mp3converter');
}
