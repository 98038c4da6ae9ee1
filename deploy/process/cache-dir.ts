import { homedir } from 'node:os';
import path from 'node:path';

/** The folder for programs that are built or downloaded once for this user and shared by all checkouts. */
export function cacheDir(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'mp3converter');
}
