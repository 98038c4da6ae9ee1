import { useSignal } from '@preact/signals';
import { loadViews } from '../account/late-view.tsx';
import { messageOf } from '../shell/error-message.ts';
import { t } from '../text/language.ts';
import { providers } from './state.ts';

/** Ways to sign in without the password of this gateway. */
export function OtherSignIns() {
  const error = useSignal<string | undefined>(undefined);
  const enter = async () => {
    error.value = undefined;
    try {
      const { signInWithPasskey } = await loadViews();
      await signInWithPasskey();
    } catch (cause) {
      error.value = messageOf(cause);
    }
  };
  const hasPasskeys = 'PublicKeyCredential' in globalThis;
  if (!hasPasskeys && providers.value.length === 0) return null;
  return (
    <div class="other-sign-ins">
      {hasPasskeys && (
        <button type="button" onClick={() => void enter()}>
          {t('session.passkey')}
        </button>
      )}
      {providers.value.map(({ id, name }) => (
        <a class="button" key={id} href={`/session/oidc/${id}`}>
          {t('session.provider', { name })}
        </a>
      ))}
      {error.value && (
        <p class="notice bad" role="alert">
          {error.value}
        </p>
      )}
    </div>
  );
}
