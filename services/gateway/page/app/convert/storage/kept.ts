import { clock } from '../../../../client/http/clock.ts';
import { randomKey } from '../../../../client/uploads/random-key.ts';
import { createFilmRecords } from './film-records.ts';
import { createLocalTexts } from './local-texts.ts';
import { createLocalUploads } from './local-uploads.ts';
import { openTabLock } from './open-tab-lock.ts';
import type { TabLock } from './tab-lock.ts';

/** What this browser keeps of films that are being sent. */
export const texts = createLocalTexts(() => localStorage);
export const records = createFilmRecords(texts);

let lock: TabLock | undefined;

/** Which tab has which film. */
export function tabLock(): TabLock {
  lock ??= openTabLock(() => ({
    ...{ texts, clock, tab: randomKey() },
    onLeave: (work) => addEventListener('pagehide', work),
  }));
  return lock;
}

export const uploads = createLocalUploads(texts, tabLock);
