import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { passOn } from './call-auth.ts';
import type { SessionPorts } from './session-routes.ts';

/** The API keys of an account, and its identities at other systems. Auth answers. */
export function keyRoutes(
  router: Router<RequestState>,
  { authenticate, callAuth }: Pick<SessionPorts, 'authenticate' | 'callAuth'>,
): void {
  const path = '/account/keys';

  for (const list of [path, '/account/identities'])
    router.get(list, noApiKey, async (context) => {
      const authorization = context.get('authorization');
      await authenticate(authorization);
      passOn(
        context,
        await callAuth(context, { method: 'GET', path: list, limit: 'sessions', authorization }),
      );
    });

  for (const list of [path, '/account/identities'])
    router.delete(`${list}/:id`, noApiKey, async (context) => {
      const { id = '' } = context.params;
      await authenticate(context.get('authorization'));
      if (!/^[0-9A-Za-z]{1,64}$/.test(id))
        throw new AppError('not_found', 'your account has nothing with this id');
      const request = { body: JSON.stringify({ id }), authorization: context.get('authorization') };
      passOn(context, await callAuth(context, { path: `${list}/end`, limit: 'sessions', ...request }));
    });

  router.post(path, noApiKey, jsonBody, async (context) => {
    await authenticate(context.get('authorization'));
    const request = { body: context.request.rawBody ?? '', authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { path, limit: 'passwords', ...request }));
  });
}
