import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { AppError } from '../../shared/runtime/errors.ts';
import { lockAccount } from '../accounts/lock-account.ts';
import { findUser, type ProvedUser, type RegisteredUser } from '../accounts/users.ts';
import type { Statements, Transactions } from '../database/database.ts';
import { isDuplicate } from '../database/database-errors.ts';
import { queueMail } from '../mails/outbox.ts';
import type { SignedIn } from '../own-account/signed-in.ts';
import { addChallenge, endChallenges, takeChallenge } from '../sign-in-challenges.ts';
import { requireWayIn } from '../sign-in-ways.ts';
import { type Ceremonies, refused } from './ceremonies.ts';
import type { LoginAttempts } from './login-attempts.ts';
import {
  addPasskey,
  deletePasskey,
  findPasskey,
  newPublicId,
  notePasskeyUse,
  type Passkey,
  readPasskeys,
} from './passkey-store.ts';

const MAX_PASSKEYS = 20;

/** Passkeys (WebAuthn). A login by one counts as two factors: the device, and the PIN or finger that it has asked for. */
export interface Passkeys {
  begin(user: RegisteredUser): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** Throws `passkey_refused`, and `state_conflict` for a passkey that is known, or for one too many. */
  add(signedIn: SignedIn, name: string, response: RegistrationResponseJSON): Promise<Passkey>;
  list(userId: string): Promise<Passkey[]>;
  /** Throws `not_found`, and `state_conflict` for the last way to sign in. */
  remove(signedIn: SignedIn, publicId: string): Promise<void>;
  /** Stores nothing. `attempt` is for the browser that signs in. */
  beginLogin(): Promise<{ options: PublicKeyCredentialRequestOptionsJSON; attempt: string }>;
  /** Throws `passkey_refused`. @param attempt of the begin */
  logIn(response: AuthenticationResponseJSON, attempt: string): Promise<RegisteredUser & ProvedUser>;
}

interface Options {
  database: Transactions;
  ceremonies: Ceremonies;
  attempts: LoginAttempts;
  now?: () => number;
}

export function createPasskeys({ database, ceremonies, attempts, now = Date.now }: Options): Passkeys {
  const purpose = 'passkey_new';
  const take = (userId: string) => (challenge: string) =>
    takeChallenge(database, challenge, { purpose, userId, now: now() });

  return {
    async begin(user) {
      await endChallenges(database, user.id, purpose);
      const challenge = await addChallenge(database, { purpose, userId: user.id, now: now() });
      return ceremonies.registrationOptions(user, await readPasskeys(database, user.id), challenge);
    },

    async add({ user: { id, email }, sessionId }, name, response) {
      const made = await ceremonies.register(response, take(id));
      const createdAt = new Date(now());
      const passkey = { ...made, publicId: newPublicId(), name, createdAt, lastUsedAt: null, userId: id };
      try {
        await database.inTransaction(async (statements) => {
          await lockAccount(statements, id, sessionId);
          await requireRoom(statements, id);
          await addPasskey(statements, passkey);
          await queueMail(statements, {
            kind: 'new_sign_in_method',
            to: email,
            detail: `the passkey ${name}`,
          });
        });
      } catch (error) {
        if (isDuplicate(error)) throw new AppError('state_conflict', 'this passkey is known already');
        throw error;
      }
      return passkey;
    },

    list: (userId) => readPasskeys(database, userId),

    async remove({ user: { id, email }, sessionId }, publicId) {
      await database.inTransaction(async (statements) => {
        await lockAccount(statements, id, sessionId);
        const found = (await readPasskeys(statements, id)).find((each) => each.publicId === publicId);
        if (!found || !(await deletePasskey(statements, id, publicId))) throw noPasskey();
        await requireWayIn(statements, id);
        const detail = `the passkey ${found.name}`;
        await queueMail(statements, { kind: 'sign_in_method_removed', to: email, detail });
      });
    },

    async beginLogin() {
      const { challenge, sealed } = attempts.begin();
      return { options: await ceremonies.loginOptions(challenge), attempt: sealed };
    },

    async logIn(response, sealed) {
      const attempt = attempts.open(sealed);
      if (!attempt) throw refused();
      const passkey = await findPasskey(database, response.id);
      // Before the passkey is used: a reset that removes it ends the epoch of this user, too.
      const user = passkey && (await findUser(database, 'id', passkey.userId));
      if (!user) throw refused();
      const use = await ceremonies.logIn(response, passkey, async (given) => given === attempt.challenge);
      // Last, so that nothing is written for who has no passkey.
      if (!(await attempts.spend(attempt))) throw refused();
      if (!(await notePasskeyUse(database, passkey, { ...use, now: new Date(now()) }))) throw refused();
      const { passwordHash: _, ...known } = user;
      return known;
    },
  };
}

export const noPasskey = (): AppError => new AppError('not_found', 'your account has no such passkey');

async function requireRoom(statements: Statements, userId: string): Promise<void> {
  if ((await readPasskeys(statements, userId)).length >= MAX_PASSKEYS)
    throw new AppError('state_conflict', `an account has at most ${MAX_PASSKEYS} passkeys: remove one first`);
}
