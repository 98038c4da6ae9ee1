import { PasswordField } from '../../session/password-field.tsx';
import { signOut } from '../../session/state.ts';
import { showToast } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';

/** Deletes the account. */
export function DeleteSection() {
  const remove = async (data: FormData) => {
    await ownAccount.deleteAccount(String(data.get('password')));
    // The session has ended with the account. This deletes its cookies, and tells the other tabs.
    await signOut();
    showToast({ text: t('account.deleted'), kind: 'plain' });
    return undefined;
  };
  return (
    <Section title={t('account.delete')} lead={t('account.delete_lead')}>
      <Change label={t('account.delete')} action={t('account.delete_now')} isDangerous onSubmit={remove}>
        <p class="notice bad">{t('account.delete_text')}</p>
        <PasswordField label={t('account.password_now')} />
      </Change>
    </Section>
  );
}
