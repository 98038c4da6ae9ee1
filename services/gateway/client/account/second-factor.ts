import * as z from 'zod';
import type { Session } from '../session/session.ts';
import type { Proof } from './own-account.ts';
import { jsonRequest } from './send-json.ts';

const status = z.object({ enabled: z.boolean(), recovery_codes_left: z.number().int() });
const setup = z.object({ secret: z.string(), uri: z.string() });
const recoveryCodes = z.object({ recovery_codes: z.array(z.string()) });

export type SecondFactorSetup = z.infer<typeof setup>;

/** The second factor of an account: codes of an app (TOTP, RFC 6238), and recovery codes for whoever has lost it. */
export interface SecondFactor {
  status(): Promise<z.infer<typeof status>>;
  /** Makes a secret for an app. Nothing changes before its first code is sent. @throws ProblemError `not_implemented`, `state_conflict`, `wrong_password` */
  begin(proof: Proof): Promise<SecondFactorSetup>;
  /** Turns the second factor on. Resolves with the recovery codes, which are shown once. @throws ProblemError `wrong_code` */
  confirm(code: string): Promise<string[]>;
  /** Turns it off. @throws ProblemError `wrong_password`, `wrong_code` */
  remove(proof: Proof & { code: string }): Promise<void>;
}

export function createSecondFactor(session: Session, signal: AbortSignal): SecondFactor {
  const path = '/account/second-factor';
  const send = (method: 'GET' | 'POST' | 'DELETE', under = '', body?: object) =>
    session.send(jsonRequest(method, `${path}${under}`, signal, body));
  return {
    status: async () => (await send('GET')).json(status),
    begin: async (proof) => (await send('POST', '', proof)).json(setup),
    confirm: async (code) =>
      (await (await send('POST', '/confirm', { code })).json(recoveryCodes)).recovery_codes,
    async remove(proof) {
      await (await send('DELETE', '', proof)).discard();
    },
  };
}
