import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { type AuthRequest, passOn } from './call-auth.ts';
import { callSignedIn, type SignedInPorts } from './call-signed-in.ts';

/** The API keys of an account. Auth answers. */
export function keyRoutes(router: Router<RequestState>, ports: SignedInPorts): void {
  const path = '/account/keys';

  router.get(path, noApiKey, async (context) => {
    passOn(context, await callSignedIn(ports, context, { method: 'GET', path, limit: 'sessions' }));
  });

  router.post(path, noApiKey, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    passOn(context, await callSignedIn(ports, context, { path, limit: 'passwords', body }));
  });

  router.delete(`${path}/:id`, noApiKey, async (context) => {
    const request = (): AuthRequest => {
      const { id = '' } = context.params;
      if (!/^[0-9A-Za-z]{1,64}$/.test(id)) throw new AppError('not_found', 'your account has no such key');
      return { path: `${path}/end`, limit: 'sessions', body: JSON.stringify({ id }) };
    };
    passOn(context, await callSignedIn(ports, context, request));
  });
}
