import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { type AuthRequest, passOn } from './call-auth.ts';
import { callSignedIn, type SignedInPorts } from './call-signed-in.ts';
import { readProof } from './proof.ts';

/** The identities of an account at other systems. Auth answers. */
export function identityRoutes(router: Router<RequestState>, ports: SignedInPorts): void {
  const path = '/account/identities';

  router.get(path, noApiKey, async (context) => {
    passOn(context, await callSignedIn(ports, context, { method: 'GET', path, limit: 'sessions' }));
  });

  router.delete(`${path}/:id`, noApiKey, jsonBody, async (context) => {
    const request = (): AuthRequest => {
      const { id = '' } = context.params;
      if (!/^[\da-f]{64}$/.test(id)) throw new AppError('not_found', 'your account has no such identity');
      const body = JSON.stringify({ id, ...readProof(context) });
      return { path: `${path}/end`, limit: 'passwords', body };
    };
    passOn(context, await callSignedIn(ports, context, request));
  });
}
