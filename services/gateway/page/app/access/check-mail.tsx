import { useSignal } from '@preact/signals';
import { announce } from '../shell/announce.tsx';
import { isolate } from '../text/format.ts';
import { t } from '../text/language.ts';
import { AccessForm } from './access-form.tsx';
import { mailedLinks } from './api.ts';
import { BackButton } from './back-button.tsx';

/** Says that an address has to be confirmed by the link of a mail, and has the mail sent again. */
export function CheckMail({ email, isSent, onBack }: { email: string; isSent: boolean; onBack: () => void }) {
  const isSentAgain = useSignal(false);
  return (
    <AccessForm
      title={t('access.look')}
      action={t(isSent || isSentAgain.value ? 'access.resend' : 'access.send')}
      footer={<BackButton onBack={onBack} />}
      onSubmit={async () => {
        isSentAgain.value = false;
        await mailedLinks.requestVerification(email);
        isSentAgain.value = true;
        announce(t('access.resent'));
      }}
    >
      <p>{t(isSent ? 'access.check_sent' : 'access.check_needed', { email: isolate(email) })}</p>
      <p class="quiet">{t('access.spam')}</p>
      {isSentAgain.value && <p class="notice">{t('access.resent')}</p>}
    </AccessForm>
  );
}
