import { useSignal } from '@preact/signals';
import { isProblem } from '../../../client/http/errors.ts';
import type { LinkAction } from '../route.ts';
import { hrefOf } from '../route.ts';
import { PasswordField } from '../session/password-field.tsx';
import { account, refreshSession } from '../session/state.ts';
import { t } from '../text/language.ts';
import { AccessForm, Title } from './access-form.tsx';
import { mailedLinks } from './api.ts';
import { ForgotPassword } from './forgot-password.tsx';

/**
 * What the link of a mail is for. Nothing is sent before somebody asks for it: programs that check mails open their links, and
 * such a link works once.
 */
export function MailedLink(props: { action: LinkAction; token: string }) {
  return (
    <div class="card credentials mailed-link">
      <Link key={props.token} {...props} />
    </div>
  );
}

function Link({ action, token }: { action: LinkAction; token: string }) {
  const isDone = useSignal(false);
  const isAgain = useSignal(false);
  if (isAgain.value) return <ForgotPassword email="" level="h1" onBack={leave} />;
  const [title, lead, done, button] = TEXTS[action];
  if (token === '' && !isDone.value)
    return (
      <>
        <Title text={t(title)} level="h1" />
        <p>{t('access.link_incomplete')}</p>
        <Onward />
      </>
    );
  if (isDone.value)
    return (
      <>
        <Title text={t(done)} level="h1" />
        <Onward />
      </>
    );
  return (
    <AccessForm
      title={t(title)}
      level="h1"
      action={t(button)}
      onSubmit={async (data) => {
        await confirm(action, token, data);
        await refreshSession();
        isDone.value = true;
      }}
      onError={(error) =>
        isProblem(error, 'link_expired') && (
          <AnotherLink
            action={action}
            onReset={() => {
              isAgain.value = true;
            }}
          />
        )
      }
      footer={<Onward />}
    >
      <p>{t(lead)}</p>
      {action === 'reset-password' && <PasswordField label={t('access.new_password')} isNew />}
    </AccessForm>
  );
}

const TEXTS = {
  'verify-email': ['access.verify', 'access.verify_lead', 'access.verified', 'access.confirm'],
  'reset-password': ['access.forgot', 'access.reset_lead', 'access.reset_done', 'access.save_password'],
  'change-email': ['access.email', 'access.email_lead', 'access.email_done', 'access.confirm'],
} as const;

function confirm(action: LinkAction, token: string, data: FormData): Promise<void> {
  if (action === 'reset-password') return mailedLinks.confirmReset(token, String(data.get('password')));
  return mailedLinks.confirmAddress(token);
}

/** How somebody gets another link. */
function AnotherLink({ action, onReset }: { action: LinkAction; onReset: () => void }) {
  if (action === 'reset-password')
    return (
      <button type="button" class="link" onClick={onReset}>
        {t('access.another_reset')}
      </button>
    );
  return <p>{t(action === 'verify-email' ? 'access.another_verify' : 'access.another_email')}</p>;
}

const leave = (): void => {
  location.hash = hrefOf({ view: 'home' });
};

/** The way to the page itself. */
function Onward() {
  const isSignedIn = account.value !== null && account.value !== 'unknown';
  return (
    <p>
      <a href={hrefOf({ view: 'home' })}>{t(isSignedIn ? 'access.go_on' : 'session.sign_in')}</a>
    </p>
  );
}
