import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { passOn } from './call-auth.ts';
import type { SessionPorts } from './session-routes.ts';

/** The API keys of an account. Auth answers. */
export function keyRoutes(
  router: Router<RequestState>,
  { authenticate, callAuth }: Pick<SessionPorts, 'authenticate' | 'callAuth'>,
): void {
  const path = '/account/keys';

  router.get(path, noApiKey, async (context) => {
    const authorization = context.get('authorization');
    await authenticate(authorization);
    passOn(context, await callAuth(context, { method: 'GET', path, limit: 'sessions', authorization }));
  });

  router.post(path, noApiKey, jsonBody, async (context) => {
    await authenticate(context.get('authorization'));
    const request = { body: context.request.rawBody ?? '', authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { path, limit: 'passwords', ...request }));
  });

  router.delete(`${path}/:id`, noApiKey, async (context) => {
    const { id = '' } = context.params;
    await authenticate(context.get('authorization'));
    if (!/^[0-9A-Za-z]{1,64}$/.test(id)) throw new AppError('not_found', 'your account has no such key');
    const request = { body: JSON.stringify({ id }), authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { path: `${path}/end`, limit: 'sessions', ...request }));
  });
}
