import { PasswordField } from '../../session/password-field.tsx';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';

export function PasswordSection({ email }: { email: string }) {
  const change = async (data: FormData) => {
    await ownAccount.changePassword({ current: String(data.get('password')), new: String(data.get('new')) });
    return t('account.password_changed');
  };
  return (
    <Section title={t('session.password')} lead={t('account.password_lead')}>
      <Change label={t('account.password_change')} onSubmit={change}>
        {/* A password manager has to know whose password it keeps. */}
        <input hidden name="username" type="text" autocomplete="username" value={email} readOnly />
        <PasswordField label={t('account.password_now')} />
        <PasswordField name="new" label={t('access.new_password')} isNew />
      </Change>
    </Section>
  );
}
