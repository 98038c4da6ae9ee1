import { Secret } from 'otpauth';
import { AppError } from '../../shared/runtime/errors.ts';
import { lockAccount } from '../accounts/lock-account.ts';
import { findUser, type ProvedUser, type StoredUser } from '../accounts/users.ts';
import type { Transactions } from '../database/database.ts';
import { queueMail } from '../mails/outbox.ts';
import type { SignedIn } from '../own-account/signed-in.ts';
import { endedMeanwhile, isSameEpoch } from '../revocations/session-epoch.ts';
import type { Seal } from '../seal.ts';
import { addChallenge, CHALLENGE_MS, tryChallenge, useChallenge } from '../sign-in-challenges.ts';
import { countRecoveryCodes, replaceRecoveryCodes } from './recovery-codes.ts';
import { toTotp } from './totp.ts';
import { confirmTotp, deleteTotp, readTotp, replaceTotp } from './totp-store.ts';
import { createWithCode, requireSeal } from './with-code.ts';

/** What the mails call it. */
const NAME = 'an authenticator app as second factor';

/** A second factor by the codes of an authenticator app (TOTP, RFC 6238), beside the password. */
export interface SecondFactor {
  /** Begins to set it up. Throws `state_conflict` where there is one, or no password, and `not_implemented` without AUTH_SECRET. */
  begin(signedIn: SignedIn): Promise<{ secret: string; uri: string }>;
  /** Completes it. Returns the recovery codes, which are shown here alone. Throws `wrong_code` and `too_many_requests`. */
  confirm(signedIn: SignedIn, code: string): Promise<string[]>;
  read(userId: string): Promise<{ enabled: boolean; recovery_codes_left: number }>;
  /** Removes it, by a code or a recovery code. Throws `wrong_code`, `state_conflict` and `too_many_requests`. */
  remove(signedIn: SignedIn, code: string): Promise<void>;
  /** Throws `second_factor_required` with a challenge where a login with a password needs a code. */
  require(user: ProvedUser): Promise<void>;
  /** Returns whose challenge this is, who has proved both factors by it. Throws `sign_in_failed` for a challenge that has ended, `wrong_code`, `too_many_requests`. */
  answer(challenge: string, code: string): Promise<StoredUser>;
}

interface Options {
  database: Transactions;
  /** Encrypts the secrets at rest. Undefined without AUTH_SECRET. */
  seal: Seal | undefined;
  now?: () => number;
}

export function createSecondFactor({ database, seal, now = Date.now }: Options): SecondFactor {
  const withCode = createWithCode({ database, seal, now });

  return {
    async begin({ user: { id, email, passwordHash }, sessionId }) {
      const sealing = requireSeal(seal);
      if (passwordHash === undefined)
        throw new AppError(
          'state_conflict',
          'a second factor stands beside a password, and this account has none',
        );
      const secret = new Secret({ size: 20 }).base32;
      await database.inTransaction(async (statements) => {
        await lockAccount(statements, id, sessionId);
        const stored = await readTotp(statements, id, { lock: true });
        if (stored?.isConfirmed)
          throw new AppError('state_conflict', 'the account has a second factor: remove it first');
        const sealedSecret = sealing.close(secret, id);
        await replaceTotp(statements, { userId: id, sealedSecret, now: new Date(now()) });
      });
      return { secret, uri: toTotp(secret, email).toString() };
    },

    confirm: ({ user: { id, email }, sessionId }, code) =>
      withCode({ userId: id, sessionId, code, recovery: false, confirmed: false }, async (statements) => {
        await confirmTotp(statements, id, new Date(now()));
        await queueMail(statements, { kind: 'new_sign_in_method', to: email, detail: NAME });
        return replaceRecoveryCodes(statements, id);
      }),

    async read(userId) {
      const stored = await readTotp(database, userId);
      const enabled = stored?.isConfirmed ?? false;
      return { enabled, recovery_codes_left: enabled ? await countRecoveryCodes(database, userId) : 0 };
    },

    remove: ({ user: { id, email }, sessionId }, code) =>
      withCode({ userId: id, sessionId, code, recovery: true, confirmed: true }, async (statements) => {
        await deleteTotp(statements, id);
        await queueMail(statements, { kind: 'sign_in_method_removed', to: email, detail: NAME });
      }),

    async require(user) {
      const { id } = user;
      const stored = await readTotp(database, id);
      if (!stored?.isConfirmed) return;
      const challenge = await database.inTransaction(async (statements) => {
        if (!(await isSameEpoch(statements, user))) throw endedMeanwhile();
        return addChallenge(statements, { purpose: 'second_factor', userId: id, now: now() });
      });
      throw new AppError('second_factor_required', 'send the code of your authenticator app', {
        fields: { challenge, expires_in: CHALLENGE_MS / 1000 },
      });
    },

    async answer(challenge, code) {
      const found = await tryChallenge(database, challenge, { purpose: 'second_factor', now: now() });
      if (!found?.userId) throw challengeEnded();
      const { userId } = found;
      // Before the challenge is used: afterwards, the epoch could be one that has ended the challenge.
      const user = await findUser(database, 'id', userId);
      if (!user) throw challengeEnded();
      await withCode({ userId, code, recovery: true, confirmed: true }, async (statements) => {
        if (!(await useChallenge(statements, challenge))) throw challengeEnded();
      });
      return user;
    },
  };
}

const challengeEnded = (): AppError =>
  new AppError('sign_in_failed', 'this sign-in took too long, or had too many wrong codes: begin again');
