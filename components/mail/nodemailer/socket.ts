import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Longest path of a Unix socket, in bytes: 108 on Linux and 104 on macOS, minus the final zero byte. */
const MAX_PATH = process.platform === 'linux' ? 107 : 103;

/**
 * Returns the path of a socket that is free to listen on, in a folder that no other user can enter. Removes the socket of a
 * dead process. Throws when a live process listens on it, or when the folder does not belong to this user alone.
 */
export async function freeSocket(folder: string, name: string): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  // In a shared folder such as /tmp, another user may have created it first.
  if (!lstatSync(folder).isDirectory() || uid !== process.getuid?.())
    throw new Error(`${folder} belongs to another user, or is no folder.`);
  if ((mode & 0o077) !== 0)
    throw new Error(`Other users can enter ${folder}: remove it, or make it private with chmod 700.`);
  const path = join(folder, name);
  if (Buffer.byteLength(path) > MAX_PATH)
    throw new Error(`${path} is longer than ${MAX_PATH} bytes, the limit for the path of a socket.`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return path;
  if (!found.isSocket()) throw new Error(`${path} exists, and is no socket.`);
  if (await isListening(path))
    throw new Error(`${path} is in use: another process already serves this component.`);
  rmSync(path, { force: true });
  return path;
}

/** Whether a process listens on this socket. Throws when the attempt to connect does not show it. */
function isListening(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true));
  socket.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? resolve(false) : reject(error),
  );
  return promise.finally(() => socket.destroy());
}
