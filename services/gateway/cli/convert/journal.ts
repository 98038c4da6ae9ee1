import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { makePrivateDir, readIfThere } from '../../../shared/runtime/private-files.ts';
import { replaceDurably } from '../files/replace-durably.ts';

/** More records than this are not kept: the oldest are forgotten. */
const MAX_RECORDS = 5_000;

const fingerprint = z.object({
  path: z.string(),
  /** Bytes. */
  size: z.number(),
  /** Milliseconds since the epoch. */
  mtime_ms: z.number(),
});
/** Identifies the content of a file without a look at it, as `make` and rsync do. */
export type Fingerprint = z.infer<typeof fingerprint>;

const entry = z.object({
  url: z.string(),
  film: fingerprint,
  options: z.record(z.string(), z.string()),
  job: z.uuid(),
  /** The MP3 as it was saved; null where it was not yet. */
  mp3: fingerprint.nullable(),
});
export type JournalEntry = z.infer<typeof entry>;

/**
 * Remembers for each MP3 from which film, how and by which job it is made, so that the same command goes on where an earlier run
 * has stopped. One small file for each MP3, because runs at the same time must not overwrite each other's records.
 */
export interface Journal {
  find(target: string): JournalEntry | undefined;
  /** Ignores errors: what cannot be remembered is done again. */
  keep(target: string, entry: JournalEntry): void;
}

/** @param folder private to the user, and this journal's own */
export function createJournal(folder: string, maxRecords = MAX_RECORDS): Journal {
  const fileOf = (target: string) =>
    path.join(folder, `${createHash('sha256').update(target).digest('hex').slice(0, 32)}.json`);
  let kept = 0;
  return {
    find(target) {
      try {
        return entry.parse(JSON.parse(readIfThere(fileOf(target)) ?? ''));
      } catch {
        return undefined;
      }
    },
    keep(target, added) {
      try {
        makePrivateDir(folder);
        if (kept++ % 100 === 0) forgetOldest(folder, maxRecords);
        replaceDurably(fileOf(target), JSON.stringify(added));
      } catch {
        // A full disk or a home that cannot be written must not stop the conversion.
      }
    },
  };
}

/** Undefined where there is no such file. */
export async function fingerprintOf(file: string): Promise<Fingerprint | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found && { path: file, size: found.size, mtime_ms: Math.floor(found.mtimeMs) };
}

export const isSameFile = (one: Fingerprint | null, other: Fingerprint | undefined): boolean =>
  one !== null && one.path === other?.path && one.size === other.size && one.mtime_ms === other.mtime_ms;

function forgetOldest(folder: string, maxRecords: number): void {
  const names = readdirSync(folder);
  if (names.length < maxRecords) return;
  const byAge = names
    .map((name) => ({
      name,
      time: statSync(path.join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => a.time - b.time);
  for (const { name } of byAge.slice(0, names.length - Math.floor(maxRecords / 2)))
    rmSync(path.join(folder, name), { force: true });
}
