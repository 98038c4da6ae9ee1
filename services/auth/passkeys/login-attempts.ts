import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../shared/runtime/parse-json.ts';
import type { Statements } from '../database/database.ts';
import type { Seal } from '../seal.ts';
import { CHALLENGE_MS, spendOnce } from '../sign-in-challenges.ts';

const CONTEXT = 'passkey-login';

const attempt = z.object({ challenge: z.string(), until: z.number() });
export type LoginAttempt = z.output<typeof attempt>;

/**
 * Logins that were begun. Anybody can begin one, so nothing is stored for it: the browser keeps the challenge, encrypted. Only a
 * login that succeeds is stored, so that its challenge works once.
 */
export interface LoginAttempts {
  begin(): { challenge: string; sealed: string };
  /** Returns undefined for an attempt that is none of ours, or took longer than five minutes. */
  open(sealed: string): LoginAttempt | undefined;
  /** Returns false where the attempt was used before, on whatever replica. */
  spend(attempt: LoginAttempt): Promise<boolean>;
}

export function createLoginAttempts(database: Statements, seal: Seal, now: () => number): LoginAttempts {
  return {
    begin() {
      const challenge = randomBytes(32).toString('base64url');
      const opened: LoginAttempt = { challenge, until: now() + CHALLENGE_MS };
      return { challenge, sealed: seal.close(JSON.stringify(opened), CONTEXT) };
    },
    open(sealed) {
      const text = seal.open(sealed, CONTEXT);
      const found = text === undefined ? undefined : attempt.safeParse(parseJson(text)).data;
      return found && found.until > now() ? found : undefined;
    },
    spend: ({ challenge, until }) => spendOnce(database, challenge, new Date(until)),
  };
}
