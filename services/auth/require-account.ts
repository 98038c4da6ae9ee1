import type { Context } from 'koa';
import { AppError } from '../shared/runtime/errors.ts';
import { invalidToken, readBearer } from './credentials.ts';
import type { Statements } from './database/database.ts';
import type { Claims, Tokens } from './tokens/tokens.ts';

/**
 * Returns the claims of the request's access token. Throws `invalid_token`, also where the session was ended, and `forbidden` for a
 * guest, who has no account to manage.
 */
export type RequireAccount = (context: Pick<Context, 'get'>) => Promise<Claims & { email: string }>;

export function createRequireAccount({
  tokens,
  database,
}: {
  tokens: Pick<Tokens, 'verify'>;
  database: Pick<Statements, 'rows'>;
}): RequireAccount {
  return async (context) => {
    const claims = await tokens.verify(readBearer(context.get('authorization')));
    const { email, sid, sub } = claims;
    if (email === undefined) throw new AppError('forbidden', 'a guest has no account: register first');
    // A token of an older release names no session.
    if (sid !== undefined) {
      const found = await database.rows('SELECT id FROM sessions WHERE id = ? AND user_id = ?', [sid, sub]);
      if (found.length === 0) throw invalidToken();
    }
    return { ...claims, email };
  };
}
