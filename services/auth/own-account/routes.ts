import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import type { Database } from '../database/database.ts';
import { parseBody } from '../json-body.ts';
import { readAccount } from './account-view.ts';
import type { AccountChanges } from './changes.ts';
import { endOtherSessions, endSession, listSessions } from './session-list.ts';
import type { RequireAccount } from './signed-in.ts';

export interface OwnAccountPorts {
  database: Pick<Database, 'rows' | 'inTransaction'>;
  requireAccount: RequireAccount;
  changes: AccountChanges;
  now?: () => number;
}

const newPassword = z.object({ current: z.string(), new: z.string() });
const newAddress = z.object({ password: z.string().optional(), email: z.string() });
const deletion = z.object({ password: z.string().optional() });
const oneSession = z.object({ id: z.string().regex(/^[\w-]{22}$/) });

/** What people see and change of their own account. Each route needs an access token of an open session. */
export function ownAccountRoutes(router: Router<RequestState>, ports: OwnAccountPorts): void {
  const { database, requireAccount, changes, now = Date.now } = ports;

  router.get('/account', async (context) => {
    const { user } = await requireAccount(context);
    respond(context, await readAccount(database, user));
  });

  router.post('/account/password', jsonBody, async (context) => {
    const { current, new: next } = parseBody(context, newPassword);
    const signedIn = await requireAccount(context);
    await changes.password(signedIn, { current, next }, closedSignal(context.res));
    context.status = 204;
  });

  router.post('/account/email', jsonBody, async (context) => {
    const change = parseBody(context, newAddress);
    const signedIn = await requireAccount(context);
    await changes.email(signedIn, change, closedSignal(context.res));
    context.status = 202;
  });

  router.post('/account/deletion', jsonBody, async (context) => {
    const { password } = parseBody(context, deletion);
    const signedIn = await requireAccount(context);
    await changes.delete(signedIn, password, closedSignal(context.res));
    context.state.log.info({ user: signedIn.user.id }, 'an account was deleted');
    context.status = 204;
  });

  router.get('/account/sessions', async (context) => {
    const { user, sessionId } = await requireAccount(context);
    const found = { userId: user.id, currentId: sessionId, now: new Date(now()) };
    respond(context, { sessions: await listSessions(database, found) });
  });

  router.post('/account/sessions/end', jsonBody, async (context) => {
    const { id } = parseBody(context, oneSession);
    const { user } = await requireAccount(context);
    if (!(await endSession(database, user.id, id))) throw noSession();
    context.status = 204;
  });

  router.post('/account/sessions/end-others', async (context) => {
    const { user, sessionId } = await requireAccount(context);
    await endOtherSessions(database, user.id, sessionId);
    context.status = 204;
  });
}

const noSession = (): AppError => new AppError('not_found', 'you have no such session');

function respond(context: Context, body: object): void {
  context.set('Cache-Control', 'no-store');
  context.body = body;
}
