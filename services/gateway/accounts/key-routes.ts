import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { type CallAuth, passOn } from './call-auth.ts';

/** The API keys of an account. Auth answers. A key cannot make or end keys, so that a stolen one cannot outlive itself. */
export function keyRoutes(router: Router<RequestState>, callAuth: CallAuth): void {
  const path = '/account/keys';

  router.post(path, noApiKey, jsonBody, async (context) => {
    const request = { body: context.request.rawBody ?? '', authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { path, limit: 'sessions', ...request }));
  });

  router.get(path, noApiKey, async (context) => {
    const authorization = context.get('authorization');
    passOn(context, await callAuth(context, { method: 'GET', path, limit: 'sessions', authorization }));
  });

  router.delete(`${path}/:id`, noApiKey, async (context) => {
    const { id = '' } = context.params;
    // The text of a user must not become a part of the path of another request.
    if (!/^[0-9A-Za-z]{1,32}$/.test(id)) throw new AppError('not_found', 'you have no API key with this id');
    const request = { path: `${path}/${id}`, authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { method: 'DELETE', limit: 'sessions', ...request }));
  });
}
