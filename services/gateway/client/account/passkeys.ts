import * as z from 'zod';
import type { Transport } from '../http/transport.ts';
import type { Session } from '../session/session.ts';
import type { Proof } from './own-account.ts';
import { jsonRequest } from './send-json.ts';

const passkey = z.object({
  id: z.string(),
  name: z.string(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});
const passkeyList = z.object({ passkeys: z.array(passkey) });
/** Options of WebAuthn in their JSON form. The browser checks them. */
const credentialOptions = z.object({}).loose();
export type CredentialOptions = z.infer<typeof credentialOptions>;

export type Passkey = z.infer<typeof passkey>;

/** The passkeys of an account (WebAuthn). The browser makes them and keeps their secrets. */
export interface Passkeys {
  list(): Promise<Passkey[]>;
  /** Options for a new one. @throws ProblemError `wrong_password` */
  options(proof: Proof): Promise<CredentialOptions>;
  /** @param added.response of the browser */
  add(added: { name: string; response: unknown }): Promise<void>;
  /** @throws ProblemError `not_found` */
  rename(id: string, name: string): Promise<void>;
  /** @throws ProblemError `wrong_password`, and `state_conflict` where there is no other way to sign in */
  remove(id: string, proof: Proof): Promise<void>;
}

export function createPasskeys(session: Session, signal: AbortSignal): Passkeys {
  const path = '/account/passkeys';
  const pathOf = (id: string) => `${path}/${encodeURIComponent(id)}`;
  return {
    list: async () =>
      (await (await session.send(jsonRequest('GET', path, signal))).json(passkeyList)).passkeys,
    options: async (proof) =>
      (await session.send(jsonRequest('POST', '/account/passkey-options', signal, proof))).json(
        credentialOptions,
      ),
    async add(added) {
      await (await session.send(jsonRequest('POST', path, signal, added))).discard();
    },
    async rename(id, name) {
      await (await session.send(jsonRequest('PATCH', pathOf(id), signal, { name }))).discard();
    },
    async remove(id, proof) {
      await (await session.send(jsonRequest('DELETE', pathOf(id), signal, proof))).discard();
    },
  };
}

/** Options for signing in with a passkey. */
export async function passkeyLogin(transport: Transport, signal: AbortSignal): Promise<CredentialOptions> {
  return (await transport.send(jsonRequest('POST', '/session/passkey/options', signal))).json(
    credentialOptions,
  );
}
