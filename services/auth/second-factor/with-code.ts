import type { TOTP } from 'otpauth';
import { AppError } from '../../shared/runtime/errors.ts';
import { emailKey } from '../accounts/email-address.ts';
import { lockAccount } from '../accounts/lock-account.ts';
import { findUser } from '../accounts/users.ts';
import type { Statements, Transactions } from '../database/database.ts';
import { whileAllowed } from '../mails/allowances.ts';
import { queueMail } from '../mails/outbox.ts';
import type { Seal } from '../seal.ts';
import { spendRecoveryCode } from './recovery-codes.ts';
import { isDeviceCode, stepOf, toTotp } from './totp.ts';
import { readTotp, type StoredTotp, setFailures, spendStep } from './totp-store.ts';

/** Wrong codes of an account within an hour, after which none is tried: a million codes are few for who has the password. */
const MAX_FAILURES = 20;
const FAILURES_MS = 3600_000;
/** Wrong codes within an hour after which the owner is told: who has come this far knows the password. */
const WARNING_FAILURES = 3;

interface Wanted {
  userId: string;
  /** The session that asks, which must still be open. Absent for a login. */
  sessionId?: string | undefined;
  code: string;
  /** Whether a recovery code counts, too. */
  recovery: boolean;
  /** Whether the second factor has to be set up already, or must not be yet. */
  confirmed: boolean;
}

/**
 * Does `work` in the transaction that uses up the code. Throws `wrong_code`, `too_many_requests`, `state_conflict` where the user has
 * no such second factor, and `invalid_token` where the account was deleted.
 */
export type WithCode = <T>(wanted: Wanted, work: (statements: Statements) => Promise<T>) => Promise<T>;

interface Judgement {
  outcome: 'right' | 'wrong' | 'locked';
  /** Wrong codes within the hour, with this one. */
  failures?: number;
}

interface Options {
  database: Transactions;
  seal: Seal | undefined;
  now: () => number;
}

export function createWithCode({ database, seal, now }: Options): WithCode {
  function totpOf(userId: string, { sealedSecret }: StoredTotp): TOTP {
    const secret = requireSeal(seal).open(sealedSecret, userId);
    if (secret === undefined) throw new Error('AUTH_SECRET is another one than when the secret was stored');
    return toTotp(secret);
  }

  /** Judges a code, and counts a wrong one. */
  async function judge(statements: Statements, stored: StoredTotp, wanted: Wanted): Promise<Judgement> {
    const { userId, code, recovery } = wanted;
    // Nobody guesses 79 random bits. So they help an owner whose codes somebody else has used up, and need no AUTH_SECRET.
    if (recovery && !isDeviceCode(code) && (await spendRecoveryCode(statements, userId, code)))
      return { outcome: 'right' };
    const isFresh = stored.failingSince !== null && stored.failingSince.getTime() + FAILURES_MS > now();
    const failures = isFresh ? stored.failures : 0;
    if (failures >= MAX_FAILURES) return { outcome: 'locked' };
    const step = isDeviceCode(code) ? stepOf(totpOf(userId, stored), code, now()) : undefined;
    const isRight = step !== undefined && (await spendStep(statements, userId, step));
    const since = isFresh ? stored.failingSince : new Date(now());
    await setFailures(statements, userId, isRight ? 0 : failures + 1, isRight ? null : since);
    return isRight ? { outcome: 'right' } : { outcome: 'wrong', failures: failures + 1 };
  }

  /** Tells the owner, at most once a day. */
  async function warn(userId: string): Promise<void> {
    const user = await findUser(database, 'id', userId);
    if (!user) return;
    const allowed = { emailKey: emailKey(user.email), kind: 'wrong_codes', now: now() } as const;
    await whileAllowed(database, allowed, (statements) =>
      queueMail(statements, { kind: 'wrong_codes', to: user.email }),
    );
  }

  return async <T>(wanted: Wanted, work: (statements: Statements) => Promise<T>): Promise<T> => {
    const { userId, sessionId, confirmed } = wanted;
    const done = await database.inTransaction(async (statements) => {
      await lockAccount(statements, userId, sessionId);
      const stored = await readTotp(statements, userId, { lock: true });
      if (!stored || stored.isConfirmed !== confirmed) throw notSetUp();
      const judged = await judge(statements, stored, wanted);
      return judged.outcome === 'right' ? { result: await work(statements) } : { judged };
    });
    if ('result' in done) return done.result as T;
    // After the commit, so that the wrong code counts.
    const { outcome, failures = 0 } = done.judged;
    if (outcome === 'locked') throw tooManyCodes();
    if (confirmed && failures >= WARNING_FAILURES) await warn(userId);
    throw wrongCode();
  };
}

/** Throws `not_implemented` without AUTH_SECRET. */
export function requireSeal(seal: Seal | undefined): Seal {
  if (seal) return seal;
  throw new AppError('not_implemented', 'this system has no second factor: its operator sets AUTH_SECRET');
}

const wrongCode = (): AppError =>
  new AppError('wrong_code', 'this code is wrong, or was used before: wait for the next one');

const tooManyCodes = (): AppError =>
  new AppError('too_many_requests', 'there were too many wrong codes: try again in an hour', {
    headers: { 'Retry-After': String(FAILURES_MS / 1000) },
  });

const notSetUp = (): AppError =>
  new AppError('state_conflict', 'there is no second factor that this code is for');
