import type { Transport } from '../http/transport.ts';
import { jsonRequest } from './send-json.ts';

/** What somebody does with the mails about an account. It needs no session: whoever has the token of a mail may act for its owner. */
export interface MailedLinks {
  /** Has a mail sent that confirms an address. Resolves for each address alike. @throws ProblemError `too_many_requests` */
  requestVerification(email: string): Promise<void>;
  /** Confirms the address of a new account, or the new address of an account. @throws ProblemError `link_expired` */
  confirmAddress(token: string): Promise<void>;
  /** Has a mail sent that lets one choose a new password. Resolves for each address alike. @throws ProblemError `too_many_requests` */
  requestReset(email: string): Promise<void>;
  /** Sets a new password, and ends all sessions of the account. @throws ProblemError `link_expired`, `weak_password` */
  confirmReset(token: string, password: string): Promise<void>;
}

export function createMailedLinks(transport: Transport, signal: AbortSignal): MailedLinks {
  const post = async (path: string, body: object): Promise<void> => {
    const reply = await transport.send(jsonRequest('POST', path, signal, body));
    await reply.discard();
  };
  return {
    requestVerification: (email) => post('/account/verification', { email }),
    confirmAddress: (token) => post('/account/verification/confirm', { token }),
    requestReset: (email) => post('/account/reset', { email }),
    confirmReset: (token, password) => post('/account/reset/confirm', { token, password }),
  };
}
