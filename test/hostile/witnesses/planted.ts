import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { id3, text } from '../bytes/id3.ts';
import { SECRET } from './secret.ts';

/** Files that hostile files name. Whether one was read is seen by its time of access, and by the secret in an output. */
export interface Planted {
  text: string;
  film: string;
  /** Returns the files that were read since it was asked last. */
  takeReads(): Promise<string[]>;
}

/** A time of access before that of the last change: Linux then records the next access, with `relatime` as well. */
const LONG_AGO = new Date('2001-01-01T00:00:00Z');
const CHANGED = new Date('2002-01-01T00:00:00Z');

/** @param film an MP3 without a tag */
export async function plant(folder: string, film: Buffer): Promise<Planted> {
  const paths = { text: join(folder, 'secret.txt'), film: join(folder, 'secret.mp3') };
  await writeFile(paths.text, `${SECRET}\n`.repeat(500));
  await writeFile(paths.film, Buffer.concat([id3([text('TIT2', SECRET), text('TPE1', SECRET)]), film]));
  const forget = (path: string) => utimes(path, LONG_AGO, CHANGED);
  for (const path of Object.values(paths)) await forget(path);
  return {
    ...paths,
    async takeReads() {
      const read: string[] = [];
      for (const path of Object.values(paths)) {
        const { atimeMs } = await stat(path);
        if (atimeMs === LONG_AGO.getTime()) continue;
        read.push(path);
        await forget(path);
      }
      return read;
    },
  };
}
