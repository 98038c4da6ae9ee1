import { homedir } from 'node:os';
import path from 'node:path';

/** Where this program remembers what it does, by the XDG Base Directory specification and its counterpart on Windows. */
export function stateFolder(env: NodeJS.ProcessEnv, platform = process.platform): string {
  const candidates = [env.XDG_STATE_HOME, platform === 'win32' ? env.LOCALAPPDATA : undefined];
  // The XDG specification demands that a relative path is ignored.
  const given = candidates.find((folder) => folder && path.isAbsolute(folder));
  return path.join(given ?? path.join(homedir(), '.local', 'state'), 'mp3converter');
}
