import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { waitForLock } from '../../../shared/runtime/lock.ts';
import { parseJson } from '../../../shared/runtime/parse-json.ts';
import { makePrivateDir, readIfThere } from '../../../shared/runtime/private-files.ts';
import type { UploadStore } from '../../client/uploads/upload-store.ts';
import { replaceDurably } from './replace-durably.ts';

const DAY_MS = 24 * 3_600_000;
const KEPT_MS = 31 * DAY_MS;

const uploadRecord = z.object({
  key: z.string(),
  upload: z.uuid().optional(),
  job: z.uuid().optional(),
});

/**
 * Remembers uploads in one private file each, named by the fingerprint. Where the folder cannot be written, nothing is remembered
 * and no other run is waited for: a file can be sent all the same.
 *
 * @param folder private to the user, and this store's own
 */
export function createFileUploads(folder: string, now = Date.now): UploadStore {
  const fileOf = (fingerprint: string) => path.join(folder, `${fingerprint}.json`);
  let lastRemoval = Number.NEGATIVE_INFINITY;
  return {
    async find(fingerprint) {
      const text = attempt(() => readIfThere(fileOf(fingerprint)));
      return text === undefined ? undefined : uploadRecord.safeParse(parseJson(text)).data;
    },
    async save(fingerprint, record) {
      attempt(() => {
        makePrivateDir(folder);
        replaceDurably(fileOf(fingerprint), JSON.stringify(record));
        if (now() - lastRemoval < DAY_MS) return;
        lastRemoval = now();
        removeOld(folder, now() - KEPT_MS);
      });
    },
    async remove(fingerprint) {
      attempt(() => rmSync(fileOf(fingerprint), { force: true }));
    },
    async exclusively(fingerprint, work, { onWait, signal }) {
      const release = await waitForLock(path.join(folder, `${fingerprint}.lock`), onWait, signal).catch(
        () => {
          signal.throwIfAborted();
          return () => undefined;
        },
      );
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}

/** Removes what was last written before a time, in milliseconds since the epoch. */
function removeOld(folder: string, before: number): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (statSync(file).mtimeMs < before) rmSync(file, { force: true });
  }
}

/** Returns undefined where the file system refuses. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
