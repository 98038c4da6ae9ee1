import * as z from 'zod';
import type { Session } from '../session/session.ts';
import type { Proof } from './own-account.ts';
import { jsonRequest } from './send-json.ts';

const identity = z.object({
  id: z.string(),
  provider: z.string(),
  name: z.string(),
  email: z.string().nullish(),
});
const identityList = z.object({ identities: z.array(identity) });
const begun = z.object({ url: z.string() });

export type Identity = z.infer<typeof identity>;

/** Accounts elsewhere by which somebody signs in. */
export interface Identities {
  list(): Promise<Identity[]>;
  /** Resolves with where the browser has to go. @throws ProblemError `wrong_password` */
  join(provider: string, proof: Proof): Promise<string>;
  /**
   * Begins the sign-in of a guest, who becomes the account of an identity that has none. Resolves with where the browser has to go.
   * @param mayLeave whether to sign in to an account that the identity has already, which abandons the guest's jobs
   */
  beginAsGuest(provider: string, mayLeave: boolean): Promise<string>;
  /** @throws ProblemError `wrong_password`, and `state_conflict` where there is no other way to sign in */
  remove(id: string, proof: Proof): Promise<void>;
}

export function createIdentities(session: Session, signal: AbortSignal): Identities {
  const send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) =>
    session.send(jsonRequest(method, path, signal, body));
  const begin = async (provider: string, body: object) =>
    (await (await send('POST', `/session/oidc/${provider}`, body)).json(begun)).url;
  return {
    list: async () => (await (await send('GET', '/account/identities')).json(identityList)).identities,
    join: begin,
    beginAsGuest: (provider, mayLeave) => begin(provider, { leave_guest: mayLeave }),
    async remove(id, proof) {
      await (await send('DELETE', `/account/identities/${encodeURIComponent(id)}`, proof)).discard();
    },
  };
}
