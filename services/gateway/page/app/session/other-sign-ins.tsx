import { loadViews } from '../account/late-view.tsx';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { useSend } from '../shell/use-send.ts';
import { t } from '../text/language.ts';
import { providers } from './state.ts';

type Views = Awaited<ReturnType<typeof loadViews>>;

interface OtherSignInsProps {
  /** Whether somebody wants a new account, which no passkey can make. */
  isNew: boolean;
  /** Of the text that says what becomes of a guest's MP3s. Absent where no guest is signed in. */
  guestTextId?: string | undefined;
}

/** Ways to sign in without the password of this gateway. */
export function OtherSignIns({ isNew, guestTextId }: OtherSignInsProps) {
  const { error, isBusy, send } = useSend(async (by: (views: Views) => Promise<void>) =>
    by(await loadViews()),
  );
  const hasPasskeys = !isNew && 'PublicKeyCredential' in globalThis;
  if (!hasPasskeys && providers.value.length === 0) return null;
  return (
    <div class="other-sign-ins">
      {hasPasskeys && (
        <button
          type="button"
          aria-disabled={isBusy.value}
          aria-describedby={guestTextId}
          onClick={() => void send(({ signInWithPasskey }) => signInWithPasskey())}
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
            aria-disabled={isBusy.value}
            aria-describedby={isNew ? undefined : guestTextId}
            onClick={() => void send(({ signInAsGuest }) => signInAsGuest(id, !isNew))}
          >
            {t(isNew ? 'account.provider_new' : 'session.provider', { name })}
          </button>
        ),
      )}
      <ErrorNotice error={error.value} />
    </div>
  );
}
