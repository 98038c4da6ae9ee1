import { type Signal, useSignal } from '@preact/signals';
import { isProblem } from '../../../client/http/errors.ts';
import type { Credentials } from '../../../client/session/accounts.ts';
import { LateView } from '../account/late-view.tsx';
import { announce } from '../shell/announce.tsx';
import { ErrorNotice } from '../shell/error-notice.tsx';
import { showToast } from '../shell/toasts.tsx';
import { useSubmit } from '../shell/use-send.ts';
import { t } from '../text/language.ts';
import { EmailField } from './email-field.tsx';
import { OtherSignIns } from './other-sign-ins.tsx';
import { PasswordField } from './password-field.tsx';
import { register, registerGuest, signIn } from './state.ts';
import type { Step } from './step.ts';

type Mode = 'register' | 'sign-in';

/** Says to a guest what becomes of the MP3s. */
const GUEST_TEXT = 'guest-text';

interface CredentialsProps {
  /** Of the account whose session has ended. The focus was in a view that is gone, so it goes to the password. */
  email?: string;
  /** Whether a guest is signed in, who takes the MP3s and films along by registering. Its texts are those of the account. */
  isGuest?: boolean;
}

/** Registers or signs in. */
export function CredentialsForm({ email, isGuest = false }: CredentialsProps) {
  const mode = useSignal<Mode>(isGuest ? 'register' : 'sign-in');
  const step = useSignal<Step | undefined>(undefined);
  const known = useSignal(email);
  if (step.value)
    return (
      <LateView
        view="AccessStep"
        step={step.value}
        onBack={() => {
          known.value = step.value?.email ?? email;
          mode.value = 'sign-in';
          step.value = undefined;
        }}
      />
    );
  return <Form mode={mode} step={step} email={known.value} isGuest={isGuest} />;
}

type FormProps = {
  mode: Signal<Mode>;
  step: Signal<Step | undefined>;
  email: string | undefined;
  isGuest: boolean;
};

function Form({ mode, step, email, isGuest }: FormProps) {
  const isNew = mode.value === 'register';
  const { error, isBusy, submit } = useSubmit(async (data) => {
    const credentials = read(data);
    step.value = await (isNew ? create(credentials, isGuest) : enter(credentials));
  });
  return (
    <form class="card credentials" onSubmit={submit} aria-labelledby="credentials-title">
      <h2 id="credentials-title">{isNew ? t('session.register') : t('session.sign_in')}</h2>
      {isGuest && (
        <p class={isNew ? '' : 'notice warn'} id={GUEST_TEXT}>
          {t(isNew ? 'account.register_lead' : 'account.sign_in_warning')}
        </p>
      )}
      <EmailField email={email} autocomplete={isNew ? 'username' : 'username webauthn'} />
      <PasswordField key={mode.value} isNew={isNew} hasFocus={email !== undefined && !isNew} />
      <ErrorNotice error={error.value} />
      <button class="primary" type="submit" aria-disabled={isBusy.value}>
        {isNew ? t('session.register') : t('session.sign_in')}
      </button>
      {(isGuest || !isNew) && (
        <OtherSignIns isNew={isNew} key={mode.value} guestTextId={isGuest ? GUEST_TEXT : undefined} />
      )}
      <OtherWays
        mode={mode}
        step={step}
        onChange={() => {
          error.value = undefined;
          if (isGuest && isNew) announce(t('account.sign_in_warning'));
        }}
      />
    </form>
  );
}

/** What somebody may do instead. */
function OtherWays({ mode, step, onChange }: Pick<FormProps, 'mode' | 'step'> & { onChange: () => void }) {
  const isNew = mode.value === 'register';
  const forgot = (event: MouseEvent & { currentTarget: HTMLButtonElement }) => {
    const { form } = event.currentTarget;
    step.value = { kind: 'forgot', email: form ? read(new FormData(form)).email : '' };
  };
  return (
    <div class="other-ways quiet">
      <p>
        {isNew ? t('session.have_account') : t('session.no_account')}{' '}
        <button
          class="link"
          type="button"
          onClick={() => {
            mode.value = isNew ? 'sign-in' : 'register';
            onChange();
          }}
        >
          {isNew ? t('session.sign_in') : t('session.register')}
        </button>
      </p>
      {!isNew && (
        <button class="link" type="button" onClick={forgot}>
          {t('session.forgot')}
        </button>
      )}
    </div>
  );
}

const read = (data: FormData): Credentials => ({
  email: String(data.get('email')),
  password: String(data.get('password')),
});

/** Signs in. Resolves with what has to come first. */
async function enter(credentials: Credentials): Promise<Step | undefined> {
  try {
    await signIn(credentials);
  } catch (error) {
    const { email } = credentials;
    if (isProblem(error, 'email_not_verified')) return { kind: 'check-mail', email, isSent: false };
    if (!isProblem(error, 'second_factor_required')) throw error;
    return { kind: 'second-factor', email, challenge: error.challenge ?? '' };
  }
  return undefined;
}

/** Registers. Resolves with what has to come before somebody can sign in. */
async function create(credentials: Credentials, isGuest: boolean): Promise<Step | undefined> {
  const isReady = await (isGuest ? registerGuest : register)(credentials);
  if (!isReady) return { kind: 'check-mail', email: credentials.email, isSent: true };
  if (isGuest) showToast({ text: t('account.registered'), kind: 'plain' });
  return undefined;
}
