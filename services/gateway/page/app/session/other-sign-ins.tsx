import { useSignal } from '@preact/signals';
import { loadViews } from '../account/late-view.tsx';
import { messageOf } from '../shell/error-message.ts';
import { t } from '../text/language.ts';
import { providers } from './state.ts';

interface OtherSignInsProps {
  /** Whether somebody wants a new account, which no passkey can make. */
  isNew: boolean;
  /** Of the text that says what becomes of a guest's MP3s. Absent where no guest is signed in. */
  guestTextId?: string | undefined;
}

/** Ways to sign in without the password of this gateway. */
export function OtherSignIns({ isNew, guestTextId }: OtherSignInsProps) {
  const error = useSignal<string | undefined>(undefined);
  const enter = async (by: (views: Awaited<ReturnType<typeof loadViews>>) => Promise<void>) => {
    error.value = undefined;
    try {
      await by(await loadViews());
    } catch (cause) {
      error.value = messageOf(cause);
    }
  };
  const hasPasskeys = !isNew && 'PublicKeyCredential' in globalThis;
  if (!hasPasskeys && providers.value.length === 0) return null;
  return (
    <div class="other-sign-ins">
      {hasPasskeys && (
        <button
          type="button"
          aria-describedby={guestTextId}
          onClick={() => void enter(({ signInWithPasskey }) => signInWithPasskey())}
        >
          {t('session.passkey')}
        </button>
      )}
      {providers.value.map(({ id, name }) =>
        guestTextId === undefined ? (
          <a class="button" key={id} href={`/session/oidc/${id}`}>
            {t('session.provider', { name })}
          </a>
        ) : (
          <button
            type="button"
            key={id}
            aria-describedby={isNew ? undefined : guestTextId}
            onClick={() => void enter(({ signInAsGuest }) => signInAsGuest(id, !isNew))}
          >
            {t(isNew ? 'account.provider_new' : 'session.provider', { name })}
          </button>
        ),
      )}
      {error.value && (
        <p class="notice bad" role="alert">
          {error.value}
        </p>
      )}
    </div>
  );
}
