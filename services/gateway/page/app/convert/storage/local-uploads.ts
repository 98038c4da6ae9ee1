import * as z from 'zod';
import { parseJson } from '../../../../../shared/runtime/parse-json.ts';
import type { UploadStore } from '../../../../client/uploads/upload-store.ts';
import type { LocalTexts } from './local-texts.ts';
import type { TabLock } from './tab-lock.ts';

const KEPT_MS = 31 * 24 * 3_600_000;
const PREFIX = 'upload:';

const keptRecord = z.object({
  key: z.string(),
  upload: z.uuid().optional(),
  job: z.uuid().optional(),
  /** When it was last saved: milliseconds since the epoch. */
  at: z.number(),
});

/** Remembers uploads in the local storage, for this tab and all others, also after the browser was closed. */
export function createLocalUploads(texts: LocalTexts, lock: () => TabLock, now = Date.now): UploadStore {
  const read = (key: string) => keptRecord.safeParse(parseJson(texts.get(key) ?? '')).data;
  const removeOld = () => {
    for (const key of texts.keys().filter((name) => name.startsWith(PREFIX))) {
      if ((read(key)?.at ?? 0) < now() - KEPT_MS) texts.remove(key);
    }
  };
  return {
    async find(fingerprint) {
      return read(PREFIX + fingerprint);
    },
    async save(fingerprint, record) {
      removeOld();
      texts.set(PREFIX + fingerprint, JSON.stringify({ ...record, at: now() }));
    },
    async remove(fingerprint) {
      texts.remove(PREFIX + fingerprint);
    },
    async exclusively(fingerprint, work, options) {
      const release = await lock().acquire(PREFIX + fingerprint, options);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}
