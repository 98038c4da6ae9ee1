import { watch } from 'node:fs';
import type { Clock } from '../../client/http/clock.ts';
import { fingerprintOf } from '../convert/journal.ts';
import { type Found, type FoundFilm, findFilms } from './find-films.ts';

/** Time between two looks at the folder. Some file systems, such as those of a network, report no changes. */
const POLL_MS = 2_000;
/** A file has stopped growing when it has not changed for this long. */
const QUIET_MS = 4_000;

export interface WatchFolderPorts {
  clock: Clock;
  signal: AbortSignal;
  /** Whether a film is to be yielded again, although it has not changed. */
  isWantedAgain: (film: FoundFilm) => boolean;
  /** Whether a film must not be yielded now. */
  isBusy: (film: FoundFilm) => boolean;
  /** Called with what is left out of the first look. */
  onFirst?: (found: Found) => void;
}

/** A file as it was at one look. */
interface Look {
  state: string;
  /** When it was first seen in this state. */
  since: number;
  isYielded: boolean;
}

/**
 * Yields each film of a folder once it has stopped growing, and again after it has changed. Ends by rejecting with the signal's
 * reason. @throws CommandError where the folder cannot be read at first
 */
export async function* watchFolder(
  folder: string,
  isRecursive: boolean,
  { clock, signal, isBusy, isWantedAgain, onFirst }: WatchFolderPorts,
): AsyncGenerator<FoundFilm> {
  using changes = waitForChanges(folder, isRecursive);
  let looks = new Map<string, Look>();
  for (let isFirst = true; ; isFirst = false) {
    // A folder that vanishes later, such as that of a disk which is taken off, may come back.
    const found = await findFilms(folder, { isRecursive }).catch((error: unknown) => {
      if (isFirst) throw error;
      return undefined;
    });
    if (isFirst && found) onFirst?.(found);
    const current = new Map<string, Look>();
    for (const film of found?.films ?? []) {
      const look = await lookAt(film, looks.get(film.path), clock.now());
      if (look) current.set(film.path, look);
    }
    looks = current;
    for (const film of found?.films ?? []) {
      const look = looks.get(film.path);
      if (!look || isBusy(film) || clock.now() - look.since < QUIET_MS) continue;
      if (look.isYielded && !isWantedAgain(film)) continue;
      look.isYielded = true;
      yield film;
    }
    signal.throwIfAborted();
    await changes.next(POLL_MS, clock, signal);
  }
}

/** Undefined for a file that is empty or has vanished. */
async function lookAt({ path }: FoundFilm, last: Look | undefined, now: number): Promise<Look | undefined> {
  const fingerprint = await fingerprintOf(path);
  if (!fingerprint || fingerprint.size === 0) return undefined;
  const state = `${fingerprint.size} ${fingerprint.mtime_ms}`;
  return last?.state === state ? last : { state, since: now, isYielded: false };
}

interface Changes extends Disposable {
  /** Resolves after a change, or after this time. */
  next(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<void>;
}

/** Shortens the wait for a new file. Where the system has no such service, the folder is only looked at regularly. */
function waitForChanges(folder: string, isRecursive: boolean): Changes {
  let onChange = new AbortController();
  const watcher = openWatcher(folder, isRecursive, () => onChange.abort());
  return {
    async next(milliseconds, clock, signal) {
      onChange = new AbortController();
      const either = AbortSignal.any([signal, onChange.signal]);
      // A change only begins the wait that follows it, so that a growing file does not cause a look for each write.
      await clock.sleep(milliseconds, either).catch(() => clock.sleep(milliseconds / 4, signal));
    },
    [Symbol.dispose]: () => watcher?.close(),
  };
}

function openWatcher(folder: string, recursive: boolean, onChange: () => void) {
  try {
    return watch(folder, { recursive, persistent: false }, onChange).on('error', () => undefined);
  } catch {
    return undefined;
  }
}
