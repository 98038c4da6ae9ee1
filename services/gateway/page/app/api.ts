import type { Account } from '../../accounts/session-view.ts';
import { createClient } from '../../client/client.ts';
import { createTransport } from '../../client/http/transport.ts';
import { createCookieSession } from '../../client/session/cookie-session.ts';
import type { UploadStore } from '../../client/uploads/upload-store.ts';

/** Ends everything that this page does on its own. A page is never left while it runs, so nothing aborts it. */
export const always = new AbortController().signal;

/** Sends requests that need no session. */
export const transport = createTransport(location.origin, (url, init) => fetch(url, init), { cookies: true });

/** A refresh token works once, so one tab at a time uses it. Over plain HTTP a browser has no locks. */
const exclusively = <T>(work: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? navigator.locks.request('mp3converter-session', work) : work();

const changes = new EventTarget();

/** Calls `listener` when somebody else is signed in than before, or nobody. */
export const onAccountChange = (listener: (account: Account | null) => void): void =>
  changes.addEventListener('change', (event) => listener((event as CustomEvent<Account | null>).detail));

/** The session of this page. */
export const session = createCookieSession({
  transport,
  exclusively,
  onChange: (detail) => changes.dispatchEvent(new CustomEvent('change', { detail })),
  signal: always,
});

/** Remembers uploads in the browser. Loaded with the first upload. */
const loadUploads = async () => (await import('./convert/storage/kept.ts')).uploads;
const uploads: UploadStore = {
  find: async (fingerprint) => (await loadUploads()).find(fingerprint),
  save: async (fingerprint, record) => (await loadUploads()).save(fingerprint, record),
  remove: async (fingerprint) => (await loadUploads()).remove(fingerprint),
  exclusively: async (fingerprint, work, options) =>
    (await loadUploads()).exclusively(fingerprint, work, options),
};

/** The API of this gateway, for whoever is signed in. */
export const client = createClient({ transport, session, uploads, signal: always });
