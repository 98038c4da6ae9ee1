import type Router from '@koa/router';
import * as z from 'zod';
import { REGISTERED_GROUPS } from '../../shared/contract/account-group.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from '../accounts/access.ts';
import { type CallAuth, passOn } from '../accounts/call-auth.ts';
import { createOperatorAccess, onlyOperator } from './authorize.ts';
import type { OperatorPorts } from './routes.ts';

export interface OperatorAccountPorts
  extends Pick<OperatorPorts, 'operatorToken' | 'publicUrl' | 'authenticate'> {
  callAuth: CallAuth;
}

const change = z.object({ group: z.enum(REGISTERED_GROUPS) });

/** How an operator finds an account by its address, and puts it into a group. */
export function operatorAccountRoutes(router: Router<RequestState>, ports: OperatorAccountPorts): void {
  const { operatorToken, publicUrl, authenticate, callAuth } = ports;
  const guard = onlyOperator(createOperatorAccess(operatorToken, publicUrl), authenticate);

  router.get('/operator/accounts', noApiKey, guard, async (context) => {
    const { email } = context.query;
    if (typeof email !== 'string' || email.length > 320)
      throw new AppError('bad_request', '`email` is the address of an account');
    const path = `/operator/accounts?email=${encodeURIComponent(email.toWellFormed())}`;
    passOn(context, await callAuth(context, { method: 'GET', path, limit: 'sessions' }));
  });

  router.patch('/operator/accounts/:id', noApiKey, guard, jsonBody, async (context) => {
    const id = z.uuid().safeParse(context.params.id);
    if (!id.success) throw new AppError('not_found', 'there is no such account');
    const { data } = change.safeParse(context.request.body);
    if (!data) throw new AppError('bad_request', `\`group\` is one of ${REGISTERED_GROUPS.join(', ')}`);
    const body = JSON.stringify({ id: id.data, group: data.group });
    passOn(context, await callAuth(context, { path: '/operator/accounts/group', limit: 'sessions', body }));
    context.state.log.info({ user: id.data, group: data.group }, 'an operator puts an account into a group');
  });
}
