import type { Proof } from '../../../../client/account/own-account.ts';
import { ProblemError } from '../../../../client/http/errors.ts';
import { useLoaded } from '../../jobs/use-loaded.ts';
import { PasswordField } from '../../session/password-field.tsx';
import { t } from '../../text/language.ts';
import { ownAccount } from '../api.ts';

/** Asks for the password before a way into the account is added. An account that has none needs a new sign-in instead. */
export function ProofField() {
  const { value } = useLoaded(ownAccount.view, 'account').loaded;
  if (value.state === 'ready' && !value.value.has_password) return null;
  return <PasswordField label={t('account.password_now')} />;
}

/** Does what needs the proof of a form. @throws an Error that says what to do where the account has no password */
export async function prove<T>(data: FormData, work: (proof: Proof) => Promise<T>): Promise<T> {
  if (data.has('password')) return work({ password: String(data.get('password')) });
  return work({}).catch((error: unknown) => {
    const isTooLate = error instanceof ProblemError && error.code === 'wrong_password';
    throw isTooLate ? new Error(t('account.sign_in_again')) : error;
  });
}
