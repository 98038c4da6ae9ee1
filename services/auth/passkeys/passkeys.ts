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
import { addChallenge, type ChallengePurpose, takeChallenge } from '../sign-in-challenges.ts';
import { requireWayIn } from '../sign-in-ways.ts';
import { type Ceremonies, refused } from './ceremonies.ts';
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
  remove(user: RegisteredUser, publicId: string): Promise<void>;
  beginLogin(): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Throws `passkey_refused`. */
  logIn(response: AuthenticationResponseJSON): Promise<RegisteredUser & ProvedUser>;
}

interface Options {
  database: Transactions;
  ceremonies: Ceremonies;
  now?: () => number;
}

export function createPasskeys({ database, ceremonies, now = Date.now }: Options): Passkeys {
  const newChallenge = (purpose: ChallengePurpose, userId: string | null) =>
    addChallenge(database, { purpose, userId, now: now() });
  const take = (purpose: ChallengePurpose, userId: string | null) => (challenge: string) =>
    takeChallenge(database, challenge, { purpose, userId, now: now() });

  return {
    async begin(user) {
      const challenge = await newChallenge('passkey_new', user.id);
      return ceremonies.registrationOptions(user, await readPasskeys(database, user.id), challenge);
    },

    async add({ user: { id, email }, sessionId }, name, response) {
      const made = await ceremonies.register(response, take('passkey_new', id));
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

    async remove({ id, email }, publicId) {
      await database.inTransaction(async (statements) => {
        await lockAccount(statements, id);
        const found = (await readPasskeys(statements, id)).find((each) => each.publicId === publicId);
        if (!found || !(await deletePasskey(statements, id, publicId))) throw noPasskey();
        await requireWayIn(statements, id);
        const detail = `the passkey ${found.name}`;
        await queueMail(statements, { kind: 'sign_in_method_removed', to: email, detail });
      });
    },

    beginLogin: async () => ceremonies.loginOptions(await newChallenge('passkey_login', null)),

    async logIn(response) {
      const passkey = await findPasskey(database, response.id);
      // Before the passkey is used: a reset that removes it ends the epoch of this user, too.
      const user = passkey && (await findUser(database, 'id', passkey.userId));
      if (!user) throw refused();
      const use = await ceremonies.logIn(response, passkey, take('passkey_login', null));
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
