import { useSignal } from '@preact/signals';
import type { AccountView } from '../../../../client/account/account-views.ts';
import { mailedLinks } from '../../access/api.ts';
import type { Loaded } from '../../jobs/use-loaded.ts';
import { PasswordField } from '../../session/password-field.tsx';
import { announce } from '../../shell/announce.tsx';
import { ErrorNotice } from '../../shell/error-notice.tsx';
import { useSend } from '../../shell/use-send.ts';
import { isolate } from '../../text/format.ts';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';
import { Change } from '../change.tsx';
import { Section } from '../section.tsx';
import { LoadedList } from './loaded-list.tsx';

interface PasswordProps {
  email: string;
  account: { state: Loaded<AccountView>; retry: () => void };
}

/** Changes the password, or has a mail sent by which an account without one gets one. */
export function PasswordSection({ email, account: { state, retry } }: PasswordProps) {
  const hasNone = state.state === 'ready' && !state.value.has_password;
  return (
    <Section
      title={t('session.password')}
      lead={t(hasNone ? 'account.password_none' : 'account.password_lead')}
    >
      <LoadedList state={state} retry={retry}>
        {() => (hasNone ? <SetPassword email={email} /> : <ChangePassword email={email} />)}
      </LoadedList>
    </Section>
  );
}

function ChangePassword({ email }: { email: string }) {
  const change = async (data: FormData) => {
    await ownAccount.changePassword({ current: String(data.get('password')), new: String(data.get('new')) });
    return t('account.password_changed');
  };
  return (
    <Change label={t('account.password_change')} onSubmit={change}>
      {/* A password manager has to know whose password it keeps. */}
      <input hidden name="username" type="text" autocomplete="username" value={email} readOnly />
      <PasswordField label={t('account.password_now')} />
      <PasswordField name="new" label={t('access.new_password')} isNew />
    </Change>
  );
}

function SetPassword({ email }: { email: string }) {
  const isSent = useSignal(false);
  const text = t('account.password_sent', { email: isolate(email) });
  const { error, isBusy, send } = useSend(async () => {
    isSent.value = false;
    await mailedLinks.requestReset(email);
    isSent.value = true;
    announce(text);
  });
  return (
    <>
      {isSent.value && <p class="notice">{text}</p>}
      <ErrorNotice error={error.value} />
      <button type="button" aria-disabled={isBusy.value} onClick={() => void send()}>
        {t('account.password_set')}
      </button>
    </>
  );
}
