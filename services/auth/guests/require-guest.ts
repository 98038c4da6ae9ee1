import type { Context } from 'koa';
import { invalidToken, readBearer } from '../credentials.ts';
import type { Statements } from '../database/database.ts';
import { findBySession } from '../sessions/session-store.ts';
import type { Tokens } from '../tokens/tokens.ts';
import { notGuest } from './guests.ts';

/** An open session of a guest. */
export interface GuestSession {
  userId: string;
  sessionId: string;
}

/**
 * Returns the guest whose access token a request carries. The session must still be open. Throws `invalid_token`, and `state_conflict`
 * for somebody who is no guest.
 */
export type RequireGuest = (context: Pick<Context, 'get'>) => Promise<GuestSession>;

export function createRequireGuest(database: Statements, tokens: Pick<Tokens, 'verify'>): RequireGuest {
  return async (context) => {
    const { sub, sid, guest } = await tokens.verify(readBearer(context.get('authorization')));
    if (!guest) throw notGuest();
    const session = sid !== undefined && { userId: sub, sessionId: sid };
    if (!session || (await findBySession(database, session))?.email !== null) throw invalidToken();
    return session;
  };
}
