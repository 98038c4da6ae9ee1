import * as z from 'zod';
import type { Session } from '../session/session.ts';
import { jsonRequest } from './send-json.ts';

const passkey = z.object({
  id: z.string(),
  name: z.string(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
});
const passkeyList = z.object({ passkeys: z.array(passkey) });
/** Options of WebAuthn in their JSON form. The browser checks them. */
export const credentialOptions = z.record(z.string(), z.unknown());

export type Passkey = z.infer<typeof passkey>;

/** The passkeys of an account (WebAuthn). The browser makes them and keeps their secrets. */
export interface Passkeys {
  list(): Promise<Passkey[]>;
  /** Options for a new one. @throws ProblemError `wrong_password` */
  options(password: string): Promise<Record<string, unknown>>;
  add(passkey: { name: string; credential: unknown }): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createPasskeys(session: Session, signal: AbortSignal): Passkeys {
  const path = '/account/passkeys';
  return {
    list: async () =>
      (await (await session.send(jsonRequest('GET', path, signal))).json(passkeyList)).passkeys,
    options: async (password) =>
      (await session.send(jsonRequest('POST', `${path}/options`, signal, { password }))).json(
        credentialOptions,
      ),
    async add(body) {
      await (await session.send(jsonRequest('POST', path, signal, body))).discard();
    },
    async remove(id) {
      const target = `${path}/${encodeURIComponent(id)}`;
      await (await session.send(jsonRequest('DELETE', target, signal))).discard();
    },
  };
}
