import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { noApiKey, openToAll } from './access.ts';
import { passOn } from './call-auth.ts';
import { callSignedIn } from './call-signed-in.ts';
import { requireSameOrigin } from './same-origin.ts';
import { createSessionAnswers } from './session-answers.ts';
import type { SessionPorts } from './session-routes.ts';

/** The second factor of an account, and the second step of a login. Auth answers. */
export function secondFactorRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { callAuth, publicUrl } = ports;
  const { answer } = createSessionAnswers(ports);
  const path = '/account/second-factor';

  router.get(path, noApiKey, async (context) => {
    passOn(context, await callSignedIn(ports, context, { method: 'GET', path, limit: 'sessions' }));
  });

  router.post(path, noApiKey, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    passOn(context, await callSignedIn(ports, context, { path, limit: 'passwords', body }));
  });

  router.post(`${path}/confirm`, noApiKey, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    passOn(context, await callSignedIn(ports, context, { path: `${path}/confirm`, limit: 'sessions', body }));
  });

  router.delete(path, noApiKey, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    passOn(
      context,
      await callSignedIn(ports, context, { path: `${path}/removal`, limit: 'passwords', body }),
    );
  });

  router.post('/login/second-factor', openToAll, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    passOn(context, await callAuth(context, { path: '/login/second-factor', limit: 'sessions', body }));
  });

  router.post('/session/second-factor', noApiKey, jsonBody, async (context) => {
    requireSameOrigin(context, publicUrl);
    const body = context.request.rawBody ?? '';
    answer(context, await callAuth(context, { path: '/login/second-factor', limit: 'sessions', body }));
  });
}
