import type { TOTP } from 'otpauth';
import { AppError } from '../../shared/runtime/errors.ts';
import type { Statements, Transactions } from '../database/database.ts';
import type { Seal } from '../seal.ts';
import { spendRecoveryCode } from './recovery-codes.ts';
import { stepOf, toTotp } from './totp.ts';
import { readTotp, type StoredTotp, setFailures, spendStep } from './totp-store.ts';

/** Wrong codes of an account within an hour, after which none is tried: a million codes are few for who has the password. */
const MAX_FAILURES = 20;
const FAILURES_MS = 3600_000;

interface Wanted {
  userId: string;
  code: string;
  /** Whether a recovery code counts, too. */
  recovery: boolean;
  /** Whether the second factor has to be set up already, or must not be yet. */
  confirmed: boolean;
}

/**
 * Does `work` in the transaction that uses up the code. Throws `wrong_code`, `too_many_requests`, and `state_conflict` where the user
 * has no such second factor.
 */
export type WithCode = <T>(wanted: Wanted, work: (statements: Statements) => Promise<T>) => Promise<T>;

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
  async function judge(
    statements: Statements,
    stored: StoredTotp,
    { userId, code, recovery }: Wanted,
  ): Promise<'right' | 'wrong' | 'locked'> {
    const isFresh = stored.failingSince !== null && stored.failingSince.getTime() + FAILURES_MS > now();
    const failures = isFresh ? stored.failures : 0;
    if (failures >= MAX_FAILURES) return 'locked';
    const step = stepOf(totpOf(userId, stored), code, now());
    const isRight =
      step === undefined
        ? recovery && (await spendRecoveryCode(statements, userId, code))
        : await spendStep(statements, userId, step);
    const since = isFresh ? stored.failingSince : new Date(now());
    await setFailures(statements, userId, isRight ? 0 : failures + 1, isRight ? null : since);
    return isRight ? 'right' : 'wrong';
  }

  return async <T>(wanted: Wanted, work: (statements: Statements) => Promise<T>): Promise<T> => {
    const outcome = await database.inTransaction(async (statements) => {
      const stored = await readTotp(statements, wanted.userId, { lock: true });
      if (!stored || stored.isConfirmed !== wanted.confirmed) throw notSetUp();
      const judged = await judge(statements, stored, wanted);
      return judged === 'right' ? { result: await work(statements) } : { judged };
    });
    if ('result' in outcome) return outcome.result as T;
    // After the commit, so that the wrong code counts.
    throw outcome.judged === 'locked' ? tooManyCodes() : wrongCode();
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
