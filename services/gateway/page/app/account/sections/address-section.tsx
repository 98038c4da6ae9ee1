import { EmailField } from '../../session/email-field.tsx';
import { isolate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';
import { ProofField, prove } from './proof-field.tsx';

/** The address of the account. It changes with the link of the mail that goes to the new one. */
export function AddressSection({ email }: { email: string }) {
  const change = async (data: FormData) => {
    const wanted = String(data.get('email'));
    await prove(data, (proof) => ownAccount.changeEmail({ ...proof, email: wanted }));
    return t('account.email_sent', { email: isolate(wanted) });
  };
  return (
    <Section title={t('session.email')} lead={t('account.email_lead')}>
      <p class="value">
        <bdi>{email}</bdi>
      </p>
      <Change label={t('account.email_change')} action={t('account.email_send')} onSubmit={change}>
        <EmailField label={t('account.email_new')} autocomplete="email" />
        <ProofField />
      </Change>
    </Section>
  );
}
