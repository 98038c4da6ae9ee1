import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { passOn } from './call-auth.ts';
import { readProof } from './proof.ts';
import type { SessionPorts } from './session-routes.ts';

/** The identities of an account at other systems. Auth answers. */
export function identityRoutes(
  router: Router<RequestState>,
  { authenticate, callAuth }: Pick<SessionPorts, 'authenticate' | 'callAuth'>,
): void {
  const path = '/account/identities';

  router.get(path, noApiKey, async (context) => {
    const authorization = context.get('authorization');
    await authenticate(authorization);
    passOn(context, await callAuth(context, { method: 'GET', path, limit: 'sessions', authorization }));
  });

  router.delete(`${path}/:id`, noApiKey, jsonBody, async (context) => {
    const authorization = context.get('authorization');
    await authenticate(authorization);
    const { id = '' } = context.params;
    if (!/^[\da-f]{64}$/.test(id)) throw new AppError('not_found', 'your account has no such identity');
    const body = JSON.stringify({ id, ...readProof(context) });
    passOn(
      context,
      await callAuth(context, { path: `${path}/end`, limit: 'passwords', body, authorization }),
    );
  });
}
