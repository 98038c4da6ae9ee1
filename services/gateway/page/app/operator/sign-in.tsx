import { isProblem } from '../../../client/http/errors.ts';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { TextField } from '../shell/text-field.tsx';
import { useSubmit } from '../shell/use-send.ts';
import { t } from '../text/language.ts';
import { access, signIn } from './access.ts';

/** Asks for the operator token. */
export function SignIn() {
  const { error, isBusy, submit } = useSubmit(enter);
  return (
    <form class="card stack narrow" onSubmit={submit} aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">{t('operator.title')}</h1>
      {access.value === 'ended' && <p class="notice warn">{t('operator.session_ended')}</p>}
      <TextField
        name="token"
        label={t('operator.token')}
        hint={t('operator.token_hint')}
        type="password"
        autocomplete="current-password"
      />
      <ErrorNotice error={error.value} />
      <button class="primary" type="submit" aria-disabled={isBusy.value}>
        {t('operator.sign_in')}
      </button>
    </form>
  );
}

const enter = (data: FormData): Promise<void> =>
  signIn(String(data.get('token')).trim()).catch((error: unknown) => {
    throw isProblem(error, 'invalid_token') ? new Error(t('operator.wrong_token')) : error;
  });
