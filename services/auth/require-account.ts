import type { Context } from 'koa';
import { AppError } from '../shared/runtime/errors.ts';
import { readBearer } from './credentials.ts';
import type { Claims, Tokens } from './tokens/tokens.ts';

/**
 * Returns the claims of the request's access token. Throws `invalid_token`, and `forbidden` for a guest, who has no account to
 * manage.
 */
export type RequireAccount = (context: Pick<Context, 'get'>) => Promise<Claims & { email: string }>;

export const createRequireAccount =
  (tokens: Pick<Tokens, 'verify'>): RequireAccount =>
  async (context) => {
    const claims = await tokens.verify(readBearer(context.get('authorization')));
    const { email } = claims;
    if (email === undefined) throw new AppError('forbidden', 'a guest has no account: register first');
    return { ...claims, email };
  };
