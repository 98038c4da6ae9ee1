import * as z from 'zod';
import type { Session } from '../session/session.ts';
import { jsonRequest } from './send-json.ts';

const status = z.object({ enabled: z.boolean(), recovery_codes_left: z.number().int() });
const setup = z.object({ secret: z.string(), uri: z.string() });
const recoveryCodes = z.object({ recovery_codes: z.array(z.string()) });

export type SecondFactorStatus = z.infer<typeof status>;
export type SecondFactorSetup = z.infer<typeof setup>;

/** The second factor of an account: codes of an app (TOTP, RFC 6238), and recovery codes for whoever has lost it. */
export interface SecondFactor {
  status(): Promise<SecondFactorStatus>;
  /** Makes a secret for an app. Nothing changes before its first code is sent. @throws ProblemError `wrong_password` */
  begin(password: string): Promise<SecondFactorSetup>;
  /** Turns the second factor on. Resolves with the recovery codes, which are shown once. @throws ProblemError `wrong_code` */
  confirm(code: string): Promise<string[]>;
  /** @throws ProblemError `wrong_password` */
  renewRecoveryCodes(password: string): Promise<string[]>;
  /** Turns it off. @throws ProblemError `wrong_password` */
  remove(password: string): Promise<void>;
}

export function createSecondFactor(session: Session, signal: AbortSignal): SecondFactor {
  const path = '/account/second-factor';
  const post = (under: string, body: object) =>
    session.send(jsonRequest('POST', `${path}${under}`, signal, body));
  return {
    status: async () => (await session.send(jsonRequest('GET', path, signal))).json(status),
    begin: async (password) => (await post('', { password })).json(setup),
    confirm: async (code) => (await (await post('/confirm', { code })).json(recoveryCodes)).recovery_codes,
    renewRecoveryCodes: async (password) =>
      (await (await post('/recovery-codes', { password })).json(recoveryCodes)).recovery_codes,
    async remove(password) {
      await (await session.send(jsonRequest('DELETE', path, signal, { password }))).discard();
    },
  };
}
