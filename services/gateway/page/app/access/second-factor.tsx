import { signInBy } from '../session/state.ts';
import { t } from '../text/language.ts';
import { AccessForm } from './access-form.tsx';
import { BackButton } from './back-button.tsx';
import { CodeField } from './code-field.tsx';

/** Asks for the code of the app, or for a recovery code. */
export function SecondFactor({ challenge, onBack }: { challenge: string; onBack: () => void }) {
  return (
    <AccessForm
      title={t('access.factor')}
      action={t('session.sign_in')}
      footer={<BackButton onBack={onBack} />}
      onSubmit={(data) =>
        signInBy('/session/second-factor', { challenge, code: String(data.get('code')).trim() })
      }
    >
      <p>{t('access.factor_lead')}</p>
      <CodeField />
    </AccessForm>
  );
}
