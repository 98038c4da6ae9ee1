import { tellOtherTabs } from '../session/state.ts';
import { showToast } from '../shell/toasts.tsx';
import { hasText, loadTexts, t } from '../text/language.ts';

const PREFIX = '#sign-in=';

/** Says how it ended when somebody comes back from another service: `#sign-in=<code>`, see accounts/oidc-routes.ts. */
export async function tellSignInOutcome(): Promise<void> {
  if (!location.hash.startsWith(PREFIX)) return;
  const code = location.hash.slice(PREFIX.length);
  // Not again with the next reload.
  history.replaceState(history.state, '', location.pathname);
  if (code === 'registered' || code === 'left') {
    tellOtherTabs('signed-in');
    return code === 'left' ? undefined : tellRegistered();
  }
  await loadTexts('access');
  if (code === 'joined') return void showToast({ text: t('access.joined'), kind: 'plain' });
  const key = `error.${code}`;
  showToast({ text: t(hasText(key) ? key : 'error.sign_in_failed'), kind: 'bad' });
}

async function tellRegistered(): Promise<void> {
  await loadTexts('account');
  showToast({ text: t('account.registered'), kind: 'plain' });
}
