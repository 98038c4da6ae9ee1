import { signOut } from '../../session/state.ts';
import { showToast } from '../../shell/toasts.tsx';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';
import { ProofField, prove } from './proof-field.tsx';

/** Deletes the account. */
export function DeleteSection() {
  const remove = async (data: FormData) => {
    await prove(data, ownAccount.deleteAccount);
    // The session has ended with the account. This deletes its cookies, and tells the other tabs.
    await signOut();
    showToast({ text: t('account.deleted'), kind: 'plain' });
    return undefined;
  };
  return (
    <Section title={t('account.delete')} lead={t('account.delete_lead')}>
      <Change label={t('account.delete')} action={t('account.delete_now')} isDangerous onSubmit={remove}>
        <p class="notice bad">{t('account.delete_text')}</p>
        <ProofField />
      </Change>
    </Section>
  );
}
