import { t } from '../text/language.ts';
import { CredentialsForm } from './credentials-form.tsx';
import './session.css';

/** What somebody sees who is not signed in. */
export function Welcome() {
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
