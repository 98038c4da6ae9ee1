import { signal } from '@preact/signals';
import { session } from '../api.ts';

const never = new AbortController().signal;

/** The address of whoever is signed in. Null for nobody, undefined while it is not known. */
export const signedInAs = signal<string | null | undefined>(undefined);

/** Continues the session where that is needed, so that the console can use it. */
export async function refreshSession(): Promise<void> {
  const account = await session.open(never).catch(() => null);
  signedInAs.value = account?.email ?? null;
}
