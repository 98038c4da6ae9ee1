import { useSignal } from '@preact/signals';
import { isProblem } from '../../../client/http/errors.ts';
import { messageOf } from '../shell/error-message.ts';
import { t } from '../text/language.ts';
import { access, signIn } from './access.ts';

/** Asks for the operator token. */
export function SignIn() {
  const error = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    isBusy.value = true;
    error.value = undefined;
    try {
      await signIn(String(data.get('token')).trim());
    } catch (cause) {
      error.value = isProblem(cause, 'invalid_token') ? t('operator.wrong_token') : messageOf(cause);
    } finally {
      isBusy.value = false;
    }
  };

  return (
    <form class="card stack narrow" onSubmit={submit} aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">{t('operator.title')}</h1>
      {access.value === 'ended' && <p class="notice warn">{t('operator.session_ended')}</p>}
      <label class="field">
        <span>{t('operator.token')}</span>
        <input
          name="token"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby="token-hint"
        />
        <small id="token-hint" class="quiet">
          {t('operator.token_hint')}
        </small>
      </label>
      {error.value && (
        <p class="notice bad" role="alert">
          {error.value}
        </p>
      )}
      <button class="primary" type="submit" disabled={isBusy.value}>
        {t('operator.sign_in')}
      </button>
    </form>
  );
}
