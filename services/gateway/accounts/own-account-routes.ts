import type Router from '@koa/router';
import type { Context } from 'koa';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey, openToAll } from './access.ts';
import { type AuthRequest, passOn } from './call-auth.ts';
import { callSignedIn, type SignedInPorts } from './call-signed-in.ts';
import type { SessionCookies } from './session-cookies.ts';

export interface OwnAccountPorts extends SignedInPorts {
  cookies: SessionCookies;
}

/** Requests without a session, by the link of a mail or for one. */
const MAILED_ROUTES = [
  { path: '/account/verification', limit: 'mails' },
  { path: '/account/verification/confirm', limit: 'sessions' },
  { path: '/account/reset', limit: 'mails' },
  { path: '/account/reset/confirm', limit: 'passwords' },
] as const;

/** Changes of the own account that take JSON with what proves that it is the owner. */
const CHANGES = ['/account/password', '/account/email'] as const;

/** A session id, as auth makes it. Another text must not get into a request. */
const SESSION_ID = /^[\w-]{22}$/;

/** What people see and change of their accounts. Auth answers; a gateway refuses only who is not signed in. */
export function ownAccountRoutes(router: Router<RequestState>, ports: OwnAccountPorts): void {
  const { callAuth, cookies } = ports;

  for (const { path, limit } of MAILED_ROUTES) {
    router.post(path, openToAll, jsonBody, async (context) => {
      pass(context, await callAuth(context, { path, limit, body: context.request.rawBody ?? '' }));
    });
  }

  for (const path of CHANGES) {
    router.post(path, noApiKey, jsonBody, async (context) => {
      const body = context.request.rawBody ?? '';
      pass(context, await callSignedIn(ports, context, { path, limit: 'passwords', body }));
    });
  }

  router.get('/account', noApiKey, async (context) => {
    pass(context, await callSignedIn(ports, context, { method: 'GET', path: '/account', limit: 'sessions' }));
  });

  router.delete('/account', noApiKey, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    const request = { path: '/account/deletion', limit: 'passwords', body } as const;
    const reply = await callSignedIn(ports, context, request);
    if (reply.status === 204) cookies.forget(context);
    pass(context, reply);
  });

  router.get('/account/sessions', noApiKey, async (context) => {
    const request = { method: 'GET', path: '/account/sessions', limit: 'sessions' } as const;
    pass(context, await callSignedIn(ports, context, request));
  });

  router.delete('/account/sessions', noApiKey, async (context) => {
    const request = { path: '/account/sessions/end-others', limit: 'sessions' } as const;
    pass(context, await callSignedIn(ports, context, request));
  });

  router.delete('/account/sessions/:id', noApiKey, async (context) => {
    const request = (): AuthRequest => {
      const id = context.params.id ?? '';
      if (!SESSION_ID.test(id)) throw new AppError('not_found', 'you have no such session');
      return { path: '/account/sessions/end', limit: 'sessions', body: JSON.stringify({ id }) };
    };
    pass(context, await callSignedIn(ports, context, request));
  });
}

function pass(context: Context, reply: InvokeReply): void {
  passOn(context, reply);
  context.set('Cache-Control', 'no-store');
}
