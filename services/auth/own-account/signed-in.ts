import type { Context } from 'koa';
import { AppError } from '../../shared/runtime/errors.ts';
import { findUser, type StoredUser } from '../accounts/users.ts';
import { invalidToken, readBearer } from '../credentials.ts';
import type { Statements } from '../database/database.ts';
import type { Tokens } from '../tokens/tokens.ts';

export interface SignedIn {
  user: StoredUser;
  /** Absent for a token of an older release. */
  sessionId: string | undefined;
  /** When the session began. Absent for a token of an older release. */
  begunAt: Date | undefined;
}

/**
 * Returns whose access token a request carries. The session must still be open, so that an ended one changes nothing, not even within
 * the seconds in which gateways learn of it. Throws `invalid_token`, also where the address of the account has to be confirmed first, and
 * `state_conflict` for a guest.
 */
export type RequireAccount = (context: Pick<Context, 'get'>) => Promise<SignedIn>;

export function createRequireAccount(
  database: Pick<Statements, 'rows'>,
  tokens: Pick<Tokens, 'verify'>,
  requireVerifiedEmail = false,
): RequireAccount {
  return async (context) => {
    const { sub, sid, guest } = await tokens.verify(readBearer(context.get('authorization')));
    if (guest) throw notAccount();
    const [user, open] = await Promise.all([
      findUser(database, 'id', sub),
      sid === undefined ? [undefined] : readBegin(database, sid),
    ]);
    if (!user || open.length === 0) throw invalidToken();
    if (requireVerifiedEmail && user.isUnconfirmed) throw invalidToken();
    return { user, sessionId: sid, begunAt: open[0]?.created_at };
  };
}

const readBegin = ({ rows }: Pick<Statements, 'rows'>, sessionId: string) =>
  rows<{ created_at: Date }>('SELECT created_at FROM sessions WHERE id = ?', [sessionId]);

const notAccount = (): AppError =>
  new AppError('state_conflict', 'a guest has no account yet: POST /session/registration makes one');
