import { effect } from '@preact/signals';
import { account, endedAccount, guestLimits, startAsGuest } from '../../session/state.ts';
import { showError, showToast } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';

/**
 * Goes on with films that somebody has dropped or shared who is not signed in: starts as a guest where that is possible. Whoever was signed
 * in before has an account, and is asked to sign in again.
 */
export async function takeForVisitor(): Promise<void> {
  await untilKnown();
  if (account.value !== null) return;
  if (guestLimits.value !== null && endedAccount.value === null) {
    try {
      return await startAsGuest();
    } catch (error) {
      showError(error);
    }
  }
  showToast({ text: t('convert.sign_in_first'), kind: 'plain' });
}

/** Resolves once the gateway has told who is signed in. */
function untilKnown(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = effect(() => {
    if (account.value !== 'unknown') resolve();
  });
  return promise.finally(stop);
}
