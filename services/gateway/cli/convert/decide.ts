import { isDeepStrictEqual } from 'node:util';
import { fingerprintOf, isSameFile, type Journal } from './journal.ts';

export interface WantedMp3 {
  /** Path of the film. */
  source: string;
  /** Path of the MP3. */
  target: string;
  options: Record<string, string>;
  /** Of the gateway. */
  url: string;
  force: boolean;
}

/** What is to be done for one film. */
export type Decision =
  | { kind: 'convert'; overwrite: boolean }
  /** An earlier run has sent the film. */
  | { kind: 'fetch'; job: string }
  /** An earlier run has saved the MP3. */
  | { kind: 'done' }
  /** There is a file of that name which this program may not overwrite. */
  | { kind: 'taken'; isNewer: boolean; isOtherwise: boolean };

/**
 * Decides by what an earlier run has left. An MP3 counts as that of the film only where the journal says so: from this film, with
 * these options, and unchanged since.
 */
export async function decide(wanted: WantedMp3, journal: Journal): Promise<Decision> {
  const { source, target, options, url, force } = wanted;
  if (force) return { kind: 'convert', overwrite: true };
  const [film, mp3] = await Promise.all([fingerprintOf(source), fingerprintOf(target)]);
  const entry = journal.find(target);
  const isSameWork =
    entry !== undefined && isSameFile(entry.film, film) && isDeepStrictEqual(entry.options, options);
  if (!mp3) {
    return isSameWork && entry.url === url
      ? { kind: 'fetch', job: entry.job }
      : { kind: 'convert', overwrite: false };
  }
  const isOurs = entry !== undefined && isSameFile(entry.mp3, mp3);
  if (isOurs && isSameWork) return { kind: 'done' };
  // The film has changed since, and the MP3 is what this program has made of the earlier one.
  if (isOurs && isDeepStrictEqual(entry.options, options)) return { kind: 'convert', overwrite: true };
  return { kind: 'taken', isNewer: mp3.mtime_ms >= (film?.mtime_ms ?? 0), isOtherwise: isOurs };
}
