import { useSignal } from '@preact/signals';
import { announce } from '../shell/announce.tsx';
import { messageOf } from '../shell/error-message.ts';
import { showToast } from '../shell/toasts.tsx';
import { t } from '../text/language.ts';
import { register, registerGuest, signIn } from './state.ts';

const focus = (element: HTMLElement | null): void => element?.focus();

type Mode = 'register' | 'sign-in';

/**
 * Registers or signs in.
 * @param props.email of the account whose session has ended. The focus was in a view that is gone, so it goes to the password.
 * @param props.isGuest whether a guest is signed in, who takes the MP3s and films along by registering. Its texts are those of the account.
 */
export function CredentialsForm({ email, isGuest = false }: { email?: string; isGuest?: boolean }) {
  const mode = useSignal<Mode>(isGuest ? 'register' : 'sign-in');
  const error = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const isNew = mode.value === 'register';
  const create = isGuest ? registerGuest : register;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const credentials = { email: String(data.get('email')), password: String(data.get('password')) };
    isBusy.value = true;
    error.value = undefined;
    try {
      await (isNew ? create(credentials) : signIn(credentials));
      if (isGuest && isNew) showToast({ text: t('account.registered'), kind: 'plain' });
    } catch (cause) {
      error.value = messageOf(cause);
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <form class="card credentials" onSubmit={submit} aria-labelledby="credentials-title">
      <h2 id="credentials-title">{isNew ? t('session.register') : t('session.sign_in')}</h2>
      {isGuest && (
        <p class={isNew ? '' : 'notice warn'}>
          {t(isNew ? 'account.register_lead' : 'account.sign_in_warning')}
        </p>
      )}
      <label class="field">
        <span>{t('session.email')}</span>
        <input
          name="email"
          type="email"
          autocomplete="username"
          required
          maxLength={254}
          defaultValue={email ?? ''}
        />
      </label>
      <label class="field">
        <span>{t('session.password')}</span>
        <input
          name="password"
          type="password"
          autocomplete={isNew ? 'new-password' : 'current-password'}
          required
          ref={email === undefined ? null : focus}
          minLength={isNew ? 10 : undefined}
          aria-describedby={isNew ? 'password-hint' : undefined}
        />
        {isNew && (
          <small id="password-hint" class="quiet">
            {t('session.password_hint')}
          </small>
        )}
      </label>
      {error.value && (
        <p class="notice bad" role="alert">
          {error.value}
        </p>
      )}
      <button class="primary" type="submit" disabled={isBusy.value}>
        {isNew ? t('session.register') : t('session.sign_in')}
      </button>
      <p class="quiet">
        {isNew ? t('session.have_account') : t('session.no_account')}{' '}
        <button
          class="link"
          type="button"
          onClick={() => {
            mode.value = isNew ? 'sign-in' : 'register';
            error.value = undefined;
            if (isGuest && isNew) announce(t('account.sign_in_warning'));
          }}
        >
          {isNew ? t('session.sign_in') : t('session.register')}
        </button>
      </p>
    </form>
  );
}
