import { signal } from '@preact/signals';
import type { Account } from '../../../accounts/session-view.ts';
import { session } from '../api.ts';

const never = new AbortController().signal;

/** Who is signed in. Null for nobody, undefined while it is not known. */
export const signedIn = signal<Account | null | undefined>(undefined);

/** Continues the session where that is needed, so that the console can use it. */
export async function refreshSession(): Promise<void> {
  signedIn.value = await session.open(never).catch(() => null);
}
