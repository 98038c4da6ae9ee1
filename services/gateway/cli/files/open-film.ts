import { fstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { FileChangedError } from '../../client/file-changed.ts';
import type { Film } from '../../client/uploads/film.ts';
import { printable } from '../terminal/text.ts';
import { contentType, type VideoFile } from './video.ts';

/** A film whose file is open. */
export interface OpenFilm extends Film, AsyncDisposable {}

/**
 * Opens a file that was checked. All of it is read through one handle, so that another file that takes its name meanwhile does
 * not matter. @throws FileChangedError, also while it is read, where its size or its time of change is not that of the check
 */
export async function openFilm({ path, name, size, changedAt }: VideoFile): Promise<OpenFilm> {
  const handle = await open(path);
  const changed = () => new FileChangedError(`${printable(name)} was changed while it was being sent.`);
  const requireUnchanged = () => {
    // It asks nothing of the disk. A plan reads its film in up to 100,000 small parts, and an asynchronous call for each takes longer.
    const stat = fstatSync(handle.fd, { bigint: true });
    if (Number(stat.size) !== size || stat.mtimeNs !== changedAt) throw changed();
  };
  const read = async (start: number, end: number) => {
    // Not filled with zeros first, because either all of it is read or the read fails.
    const bytes = Buffer.allocUnsafeSlow(end - start);
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw changed();
      done += bytesRead;
    }
    // After the read: a change before it shows in the time, and one after it does not matter.
    requireUnchanged();
    return bytes;
  };
  try {
    requireUnchanged();
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    file: { size, read },
    name,
    type: contentType(name),
    identity: JSON.stringify([path, size, String(changedAt)]),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
