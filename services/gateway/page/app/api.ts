import type { Account } from '../../accounts/session-view.ts';
import { createClient } from '../../client/client.ts';
import { createTransport } from '../../client/http/transport.ts';
import { createCookieSession } from '../../client/session/cookie-session.ts';

/** Ends everything that this page does on its own. A page is never left while it runs, so nothing aborts it. */
const always = new AbortController().signal;

const transport = createTransport(location.origin, (url, init) => fetch(url, init), { cookies: true });

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

/** The API of this gateway, for whoever is signed in. */
export const client = createClient({ transport, session, signal: always });
