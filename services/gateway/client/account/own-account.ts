import type { Session } from '../session/session.ts';
import { type AccountView, accountView, type SessionEntry, sessionList } from './account-views.ts';
import { jsonRequest } from './send-json.ts';

/** What proves that it is the owner who changes the account. An account without a password needs a new sign-in instead. */
export interface Proof {
  password?: string;
}

/** What the owner of an account does with it. A change throws ProblemError `wrong_password` where the proof is wrong or missing. */
export interface OwnAccount {
  view(): Promise<AccountView>;
  /** Ends all other sessions. @throws ProblemError `weak_password` */
  changePassword(passwords: { current: string; new: string }): Promise<void>;
  /** Has a mail sent to the new address. The address changes with the link of that mail. @throws ProblemError `invalid_email` */
  changeEmail(wanted: Proof & { email: string }): Promise<void>;
  /** The newest use first. */
  sessions(): Promise<SessionEntry[]>;
  /** @throws ProblemError `not_found` for a session that has ended */
  endSession(id: string): Promise<void>;
  /** Ends all sessions but this one. */
  endOtherSessions(): Promise<void>;
  /** Deletes the account, with its jobs and its MP3s. */
  deleteAccount(proof: Proof): Promise<void>;
}

export function createOwnAccount(session: Session, signal: AbortSignal): OwnAccount {
  const send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) =>
    session.send(jsonRequest(method, path, signal, body));
  const change = async (...request: Parameters<typeof send>): Promise<void> => {
    await (await send(...request)).discard();
  };
  return {
    view: async () => (await send('GET', '/account')).json(accountView),
    changePassword: (passwords) => change('POST', '/account/password', passwords),
    changeEmail: (wanted) => change('POST', '/account/email', wanted),
    sessions: async () => (await (await send('GET', '/account/sessions')).json(sessionList)).sessions,
    endSession: (id) => change('DELETE', `/account/sessions/${encodeURIComponent(id)}`),
    endOtherSessions: () => change('DELETE', '/account/sessions'),
    deleteAccount: (proof) => change('DELETE', '/account', proof),
  };
}
