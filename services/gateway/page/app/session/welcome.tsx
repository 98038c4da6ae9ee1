import { t } from '../text/language.ts';
import { CredentialsForm } from './credentials-form.tsx';
import { endedAccount } from './state.ts';
import './session.css';

/** What somebody sees who is not signed in, or whose session has ended. */
export function Welcome() {
  if (endedAccount.value !== null) return <SignInAgain email={endedAccount.value.email} />;
  return (
    <div class="welcome">
      <section class="pitch">
        <h1>{t('session.headline')}</h1>
        <p class="lead">{t('session.lead')}</p>
        <ul class="promises">
          <li>{t('session.promise.sound')}</li>
          <li>{t('session.promise.resume')}</li>
          <li>{t('session.promise.private')}</li>
        </ul>
      </section>
      <CredentialsForm />
    </div>
  );
}

function SignInAgain({ email }: { email: string | null }) {
  return (
    <div class="welcome">
      <section class="pitch">
        <h1>{t('session.ended')}</h1>
        <p class="lead">{t('session.ended_hint')}</p>
      </section>
      <CredentialsForm {...(email !== null && { email })} />
    </div>
  );
}
