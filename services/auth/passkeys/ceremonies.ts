import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { AppError } from '../../shared/runtime/errors.ts';
import type { User } from '../accounts/users.ts';
import type { Passkey } from './passkey-store.ts';

const NAME = 'mp3converter';
const TIMEOUT_MS = 5 * 60_000;

/** Whether the challenge of a response is the one that was asked for. */
type TakeChallenge = (challenge: string) => Promise<boolean>;

/** The two ceremonies of WebAuthn, for one site. They keep nothing. */
export interface Ceremonies {
  registrationOptions(
    user: User,
    passkeys: readonly Passkey[],
    challenge: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** Throws `passkey_refused`. */
  register(
    response: RegistrationResponseJSON,
    take: TakeChallenge,
  ): Promise<Pick<Passkey, 'credential' | 'isBackedUp'>>;
  loginOptions(challenge: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Throws `passkey_refused`. */
  logIn(
    response: AuthenticationResponseJSON,
    passkey: Passkey,
    take: TakeChallenge,
  ): Promise<{ counter: number; isBackedUp: boolean }>;
}

/** @param publicUrl of the gateway. A passkey is for its host alone, and works on pages of its origin alone. */
export function createCeremonies(publicUrl: string): Ceremonies {
  const { origin, hostname } = new URL(publicUrl);
  const site = { expectedOrigin: origin, expectedRPID: hostname, requireUserVerification: true };

  return {
    registrationOptions: ({ id, email }, passkeys, challenge) =>
      generateRegistrationOptions({
        ...{ rpName: NAME, rpID: hostname, timeout: TIMEOUT_MS, attestationType: 'none' },
        ...{ userID: userHandleOf(id), userName: email ?? '', userDisplayName: email ?? '' },
        challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
        excludeCredentials: passkeys.map(({ credential: { id, transports = [] } }) => ({ id, transports })),
        // The authenticator keeps the account, so that nobody has to type an address, and asks for a PIN or a finger.
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      }),

    async register(response, take) {
      const { verified, registrationInfo } = await refusing(() =>
        verifyRegistrationResponse({ ...site, response, expectedChallenge: take }),
      );
      if (!verified || !registrationInfo) throw refused();
      const { credential, credentialBackedUp } = registrationInfo;
      return { credential, isBackedUp: credentialBackedUp };
    },

    loginOptions: (challenge) =>
      generateAuthenticationOptions({
        ...{ rpID: hostname, timeout: TIMEOUT_MS, userVerification: 'required' },
        challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
      }),

    async logIn(response, { credential, userId }, take) {
      const { userHandle } = response.response;
      // A discoverable credential always names its user (WebAuthn, 7.2, step 6).
      if (userHandle === undefined || userHandle !== Buffer.from(userHandleOf(userId)).toString('base64url'))
        throw refused();
      const { verified, authenticationInfo } = await refusing(() =>
        verifyAuthenticationResponse({ ...site, response, credential, expectedChallenge: take }),
      );
      if (!verified) throw refused();
      const { newCounter, credentialBackedUp } = authenticationInfo;
      return { counter: newCounter, isBackedUp: credentialBackedUp };
    },
  };
}

/** The user as authenticators know it: without an address, because they show it to whoever holds them (WebAuthn, 14.6.1). */
const userHandleOf = (id: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(id.replaceAll('-', ''), 'hex'));

export const refused = (cause?: unknown): AppError =>
  new AppError('passkey_refused', 'this passkey is not accepted here', { cause });

/** The library throws an error for each reason for which a response is not accepted, and for one that it cannot read. */
async function refusing<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw refused(cause);
  }
}
