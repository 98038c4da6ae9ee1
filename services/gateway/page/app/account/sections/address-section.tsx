import { PasswordField } from '../../session/password-field.tsx';
import { isolate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';

/** The address of the account. It changes with the link of the mail that goes to the new one. */
export function AddressSection({ email }: { email: string }) {
  const change = async (data: FormData) => {
    const wanted = String(data.get('email'));
    await ownAccount.changeEmail({ password: String(data.get('password')), email: wanted });
    return t('account.email_sent', { email: isolate(wanted) });
  };
  return (
    <Section title={t('session.email')} lead={t('account.email_lead')}>
      <p class="value">
        <bdi>{email}</bdi>
      </p>
      <Change label={t('account.email_change')} action={t('account.email_send')} onSubmit={change}>
        <label class="field">
          <span>{t('account.email_new')}</span>
          <input name="email" type="email" autocomplete="email" required maxLength={254} />
        </label>
        <PasswordField label={t('account.password_now')} />
      </Change>
    </Section>
  );
}
