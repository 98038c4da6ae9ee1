import { batch, effect, signal } from '@preact/signals';
import type { Account, Limits } from '../../../accounts/session-view.ts';
import type { Credentials } from '../../../client/session/accounts.ts';
import { listProviders, type Provider } from '../../../client/session/providers.ts';
import { client, onAccountChange, session, transport } from '../api.ts';
import { announce } from '../shell/announce.tsx';
import { showError, showToast } from '../shell/toasts.tsx';
import { t } from '../text/language.ts';
import { guestNotice } from './guest-text.ts';

/** Who is signed in. `unknown` until the gateway has told it, null for nobody. */
export const account = signal<Account | null | 'unknown'>('unknown');

/** What whoever is signed in may do. Null for nobody. */
export const limits = signal<Limits | null>(null);
/** What a guest may do. Null where nobody can start as a guest. */
export const guestLimits = signal<Limits | null>(null);

/** Services at which people can sign in. */
export const providers = signal<readonly Provider[]>([]);

/** Whether a guest is signed in. */
export const isGuest = (): boolean =>
  account.value !== null && account.value !== 'unknown' && account.value.guest;

/**
 * Whose session has ended while this page was open; null where that has not happened, and once somebody has
 * signed in or out. A guest has no password to sign in with again.
 * Views keep what they have meanwhile. They wait with {@link untilSignedIn} to go on.
 */
export const endedAccount = signal<Account | null>(null);

const never = new AbortController().signal;
const RETRY_MS = 5_000;
/** Timers of a tab in the background run once a minute, and a session is renewed a minute before its end. */
const KEEP_ALIVE_MS = 20_000;
/** Tells the other tabs of this browser that somebody has signed in or out. */
const otherTabs = new BroadcastChannel('mp3converter-session');
type Message = 'signed-in' | 'signed-out';
export const tellOtherTabs = (message: Message): void => otherTabs.postMessage(message);

let isSigningOut = false;
onAccountChange((next) => {
  const before = account.peek();
  const hasEnded = next === null && before !== null && before !== 'unknown' && !isSigningOut;
  batch(() => {
    endedAccount.value = hasEnded && !before.guest ? before : null;
    know(next);
  });
  if (hasEnded && before.guest) showToast({ text: t('session.guest_ended'), kind: 'plain' });
  else if (hasEnded) announce(t('session.ended'));
});

function know(next: Account | null): void {
  batch(() => {
    limits.value = session.limits;
    guestLimits.value = session.guestLimits;
    account.value = next;
  });
}

/** Finds out who is signed in, and keeps the session alive while the page is open. */
export async function startSession(): Promise<void> {
  otherTabs.addEventListener('message', ({ data }: MessageEvent<Message>) => void followOtherTab(data));
  setInterval(() => void session.keepAlive(), KEEP_ALIVE_MS);
  // Timers stand still while the lid is closed.
  document.addEventListener('visibilitychange', () => void session.keepAlive());
  for (let hasTold = false; !(await readSession(hasTold)); hasTold = true)
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}

async function followOtherTab(message: Message): Promise<void> {
  if (message === 'signed-out') await leaveSession();
  else await refreshSession();
}

/** Asks again who is signed in, where the session has been left on purpose. */
async function leaveSession(): Promise<void> {
  isSigningOut = true;
  await readSession(true);
  isSigningOut = false;
}

/** Whether the gateway has told who is signed in. It may be starting. */
async function readSession(isQuiet: boolean): Promise<boolean> {
  try {
    // The form for signing in has a button for each, so it waits for them.
    const [next, found] = await Promise.all([
      session.open(never),
      listProviders(transport, never).catch(() => []),
    ]);
    providers.value = found;
    know(next);
    return true;
  } catch (error) {
    if (!isQuiet) showError(error);
    return false;
  }
}

/** @throws ProblemError `invalid_credentials`, `email_not_verified` */
export async function signIn(credentials: Credentials): Promise<void> {
  await client.signIn(credentials);
  tellOtherTabs('signed-in');
}

/** Signs in by what a person has beside a password. @param path of a route that answers with the session */
export async function signInBy(path: string, proof: object): Promise<void> {
  await session.signInBy(path, proof, never);
  tellOtherTabs('signed-in');
}

/**
 * Registers, and signs in. Resolves with false where the address has to be confirmed first.
 * @throws ProblemError `email_taken`, `invalid_email`, `weak_password`
 */
export async function register(credentials: Credentials): Promise<boolean> {
  if ((await client.register(credentials)) === 'verification_sent') return false;
  await signIn(credentials);
  return true;
}

let starting: Promise<void> | undefined;

/** Starts without an account. Calls at the same time share one start. @throws ProblemError `forbidden`, `too_many_requests` */
export function startAsGuest(): Promise<void> {
  starting ??= session
    .startAsGuest(never)
    .then(() => {
      tellOtherTabs('signed-in');
      if (isGuest() && limits.value) announce(guestNotice(limits.value));
    })
    .finally(() => {
      starting = undefined;
    });
  return starting;
}

/**
 * Makes an account of a guest. What was begun as a guest is in it, and expires when it would have. Resolves with false where the
 * address has to be confirmed first.
 * @throws ProblemError `email_taken`, `invalid_email`, `weak_password`
 */
export async function registerGuest(credentials: Credentials): Promise<boolean> {
  if ((await session.registerGuest(credentials, never)) === 'verification_sent') return false;
  tellOtherTabs('signed-in');
  return true;
}

/** Asks again who is signed in, after a change that the gateway did not answer with a session. */
export async function refreshSession(): Promise<void> {
  await readSession(true);
}

/** Signs out, here and in the other tabs. Where auth is away, the gateway deletes the cookies and says that this was all. */
export async function signOut(): Promise<void> {
  isSigningOut = true;
  try {
    await client.signOut();
  } catch (error) {
    if (account.peek() === null) showToast({ text: t('session.signed_out_here'), kind: 'bad' });
    else showError(error);
  } finally {
    isSigningOut = false;
  }
  if (account.peek() === null) tellOtherTabs('signed-out');
}

/**
 * Resolves once the account is signed in again, so that work goes on that a session's end has stopped.
 * @throws Error when somebody signs out, or signs in to another account; the signal's reason
 */
export function untilSignedIn(id: Account['id'], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = effect(() => {
    const { value: now } = account;
    if (now === 'unknown') return;
    if (now?.id === id) resolve();
    else if (now !== null || endedAccount.value?.id !== id) reject(new Error('another account is signed in'));
  });
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return promise.finally(() => {
    stop();
    signal.removeEventListener('abort', abort);
  });
}
