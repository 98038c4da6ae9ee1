import { signal } from '@preact/signals';
import { isProblem } from '../../../client/http/errors.ts';
import { showError } from '../shell/toasts.tsx';
import { operator } from './api.ts';

/** Whether somebody may see this page. `ended` is a session that has ended by itself. */
export type Access = 'unknown' | 'not configured' | 'signed out' | 'ended' | 'signed in';
export const access = signal<Access>('unknown');

export async function openSession(): Promise<void> {
  try {
    access.value = (await operator.isSignedIn()) ? 'signed in' : 'signed out';
  } catch (error) {
    access.value = isProblem(error, 'not_found') ? 'not configured' : 'signed out';
    if (access.value === 'signed out') showError(error);
  }
}

/** @throws ProblemError `invalid_token` for a wrong token */
export async function signIn(token: string): Promise<void> {
  await operator.signIn(token);
  access.value = 'signed in';
}

export async function signOut(): Promise<void> {
  try {
    await operator.signOut();
    access.value = 'signed out';
  } catch (error) {
    showError(error);
  }
}

/** Shows an error, or asks for the token again where the session has ended. */
export function handleError(error: unknown): void {
  if (isProblem(error, 'invalid_token')) access.value = 'ended';
  else showError(error);
}
