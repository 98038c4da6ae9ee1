import { useSignal } from '@preact/signals';
import { EmailField } from '../session/email-field.tsx';
import { isolate } from '../text/format.ts';
import { t } from '../text/language.ts';
import { AccessForm, Title, type TitleLevel } from './access-form.tsx';
import { mailedLinks } from './api.ts';
import { BackButton } from './back-button.tsx';

/** Has a mail sent by which somebody chooses a new password. It does not tell whether the address has an account. */
export function ForgotPassword({
  email,
  level,
  onBack,
}: {
  email: string;
  level?: TitleLevel;
  onBack: () => void;
}) {
  const sentTo = useSignal<string | undefined>(undefined);
  const back = <BackButton onBack={onBack} />;
  if (sentTo.value !== undefined)
    return (
      <>
        <Title text={t('access.look')} level={level} />
        <p>{t('access.reset_sent', { email: isolate(sentTo.value) })}</p>
        <p class="quiet">{t('access.spam')}</p>
        {back}
      </>
    );
  return (
    <AccessForm
      title={t('access.forgot')}
      level={level}
      action={t('access.forgot_send')}
      footer={back}
      onSubmit={async (data) => {
        const address = String(data.get('email'));
        await mailedLinks.requestReset(address);
        sentTo.value = address;
      }}
    >
      <p>{t('access.forgot_lead')}</p>
      <EmailField email={email} />
    </AccessForm>
  );
}
