import { signal } from '@preact/signals';
import type { SessionView } from '../../../accounts/session-view.ts';
import type { Credentials } from '../../../client/session/accounts.ts';
import { client, session } from '../api.ts';
import { showError } from '../shell/toasts.tsx';

/** Who is signed in. `unknown` until the gateway has told it, null for nobody. */
export const account = signal<SessionView['account'] | 'unknown'>('unknown');

const never = new AbortController().signal;

export async function openSession(): Promise<void> {
  try {
    account.value = await session.open(never);
  } catch (error) {
    account.value = null;
    showError(error);
  }
}

/** @throws ProblemError `invalid_credentials` */
export async function signIn(credentials: Credentials): Promise<void> {
  await client.signIn(credentials);
  await openSession();
}

/** @throws ProblemError `email_taken`, `invalid_email`, `weak_password` */
export async function register(credentials: Credentials): Promise<void> {
  await client.register(credentials);
  await signIn(credentials);
}

export async function signOut(): Promise<void> {
  try {
    await client.signOut();
    account.value = null;
  } catch (error) {
    showError(error);
  }
}
