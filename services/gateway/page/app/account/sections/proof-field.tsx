import type { Proof } from '../../../../client/account/own-account.ts';
import { isProblem } from '../../../../client/http/errors.ts';
import { PasswordField } from '../../session/password-field.tsx';
import { t } from '../../text/language.ts';
import { hasPassword } from './has-password.ts';

/** Asks for the password before a change, or says that an account without one needs a new sign-in instead. */
export function ProofField() {
  if (hasPassword.value === false) return <p class="quiet">{t('account.proof_recent')}</p>;
  return <PasswordField label={t('account.password_now')} />;
}

/** Does what needs the proof of a form. @throws an Error that says what to do where the account has no password */
export async function prove<T>(data: FormData, work: (proof: Proof) => Promise<T>): Promise<T> {
  if (data.has('password')) return work({ password: String(data.get('password')) });
  return work({}).catch((error: unknown) => {
    throw isProblem(error, 'wrong_password') ? new Error(t('account.sign_in_again')) : error;
  });
}

/** The same for removing a way to sign in. @throws an Error that says what to do where there is no other way */
export const proveRemoval = (data: FormData, work: (proof: Proof) => Promise<void>): Promise<void> =>
  prove(data, work).catch((error: unknown) => {
    throw isProblem(error, 'state_conflict') ? new Error(t('account.last_way')) : error;
  });
