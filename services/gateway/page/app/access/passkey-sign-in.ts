import { passkeyLogin } from '../../../client/account/passkeys.ts';
import { always, transport } from '../api.ts';
import { signInBy } from '../session/state.ts';
import { t } from '../text/language.ts';
import { NoPasskeyError, usePasskey } from './webauthn.ts';

/** Signs in with a passkey of this device. Throws an error whose message is for people where the browser gives none. */
export async function signInWithPasskey(): Promise<void> {
  const options = await passkeyLogin(transport, always);
  const response = await usePasskey(options).catch((error: unknown) => {
    throw error instanceof NoPasskeyError ? new Error(t('access.passkey_none')) : error;
  });
  await signInBy('/session/passkey', { response });
}
