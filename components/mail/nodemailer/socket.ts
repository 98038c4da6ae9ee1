import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** What fits in the address of a Unix socket, in bytes: 108 on Linux, 104 on macOS, with a zero at the end. */
const MAX_PATH = process.platform === 'linux' ? 107 : 103;

/**
 * The path of a socket that is free to listen on, in a folder that nobody else can enter. What a dead process left there is
 * removed; throws when a live one listens, or when the folder is not ours.
 */
export async function freeSocket(folder: string, name: string): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  // In a folder such as /tmp anybody may have made it before us.
  if (!lstatSync(folder).isDirectory() || uid !== process.getuid?.())
    throw new Error(`${folder} belongs to somebody else, or is no folder.`);
  if ((mode & 0o077) !== 0)
    throw new Error(`${folder} can be entered by other users: remove it, or make it private with chmod 700.`);
  const path = join(folder, name);
  if (Buffer.byteLength(path) > MAX_PATH)
    throw new Error(`${path} is longer than the ${MAX_PATH} bytes that the path of a socket can have.`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return path;
  if (!found.isSocket()) throw new Error(`${path} is there, and is no socket.`);
  if (await answers(path)) throw new Error(`${path} is in use: a component of this name runs already.`);
  rmSync(path, { force: true });
  return path;
}

/** Whether a process listens; throws when that cannot be known. */
function answers(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true));
  socket.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? resolve(false) : reject(error),
  );
  return promise.finally(() => socket.destroy());
}
