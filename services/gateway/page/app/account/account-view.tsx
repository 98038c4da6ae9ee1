import { account, signOut } from '../session/state.ts';
import { t } from '../text/language.ts';

/** Who is signed in, and what they can do with their account. */
export function AccountView() {
  const { value } = account;
  if (value === null || value === 'unknown') return null;
  return (
    <section class="card" aria-labelledby="account-title">
      <h1 id="account-title">{t('account.title')}</h1>
      <p>{value.email}</p>
      <button type="button" onClick={signOut}>
        {t('account.sign_out')}
      </button>
    </section>
  );
}
