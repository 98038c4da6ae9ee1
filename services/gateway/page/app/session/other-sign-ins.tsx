import { loadViews } from '../account/late-view.tsx';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { useSend } from '../shell/use-send.ts';
import { t } from '../text/language.ts';
import { providers } from './state.ts';

/** Ways to sign in without the password of this gateway. */
export function OtherSignIns() {
  const { error, isBusy, send } = useSend(async () => (await loadViews()).signInWithPasskey());
  const hasPasskeys = 'PublicKeyCredential' in globalThis;
  if (!hasPasskeys && providers.value.length === 0) return null;
  return (
    <div class="other-sign-ins">
      {hasPasskeys && (
        <button type="button" aria-disabled={isBusy.value} onClick={() => void send()}>
          {t('session.passkey')}
        </button>
      )}
      {providers.value.map(({ id, name }) => (
        <a class="button" key={id} href={`/session/oidc/${id}`}>
          {t('session.provider', { name })}
        </a>
      ))}
      <ErrorNotice error={error.value} />
    </div>
  );
}
