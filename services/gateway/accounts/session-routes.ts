import type Router from '@koa/router';
import { decodeJwt } from 'jose';
import type { Context } from 'koa';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError, isAppError } from '../../shared/runtime/errors.ts';
import type { Authenticate } from './authenticate.ts';
import { type CallAuth, passOn } from './call-auth.ts';
import { requireSameOrigin } from './same-origin.ts';
import type { SessionCookies } from './session-cookies.ts';
import type { SessionView } from './session-view.ts';
import { tokenGrant } from './token-grant.ts';

export interface SessionPorts {
  authenticate: Authenticate;
  callAuth: CallAuth;
  cookies: SessionCookies;
  publicUrl: string;
}

/** The session of a page of this gateway. Its tokens travel in cookies alone, see session-cookies.ts. */
export function sessionRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { authenticate, callAuth, cookies, publicUrl } = ports;

  /** Keeps the tokens of a login or a refresh, and tells whose they are. */
  const answer = (context: Context, reply: InvokeReply): void => {
    if (reply.status !== 200) {
      passOn(context, reply);
      // For the scheme Basic, a browser would ask for a password in a window of its own.
      if (reply.status === 401) context.set('WWW-Authenticate', 'Session realm="mp3converter"');
      return;
    }
    const grant = tokenGrant.parse(JSON.parse(reply.body));
    cookies.keep(context, grant);
    const { sub, email } = decodeJwt(grant.access_token);
    respond(context, { account: { id: String(sub), email: String(email) }, renewable: true });
  };

  router.get('/session', async (context) => {
    const renewable = cookies.refreshToken(context) !== undefined;
    // The cookie with the access token has become this header. See session-cookies.ts.
    const authorization = context.get('authorization');
    const account = authorization === '' ? null : await authenticate(authorization).catch(nobody);
    respond(context, { account, renewable });
  });

  router.post('/session', async (context) => {
    requireSameOrigin(context, publicUrl);
    const authorization = context.get('authorization');
    answer(context, await callAuth(context, { path: '/login', limit: 'passwords', authorization }));
  });

  router.post('/session/renewal', async (context) => {
    requireSameOrigin(context, publicUrl);
    const refresh_token = cookies.refreshToken(context);
    if (refresh_token === undefined)
      throw new AppError('invalid_token', 'there is no session: sign in first');
    const body = JSON.stringify({ refresh_token });
    const reply = await callAuth(context, { path: '/refresh', limit: 'sessions', body });
    if (reply.status === 401) cookies.forget(context);
    answer(context, reply);
  });

  router.delete('/session', async (context) => {
    requireSameOrigin(context, publicUrl);
    const refresh_token = cookies.refreshToken(context);
    // Without auth, the tokens stay valid until they expire. So the browser forgets them only once auth has revoked them.
    if (refresh_token !== undefined) {
      await callAuth(context, {
        path: '/logout',
        limit: 'sessions',
        body: JSON.stringify({ refresh_token }),
      });
    }
    cookies.forget(context);
    context.status = 204;
  });
}

function respond(context: Context, view: SessionView): void {
  context.set('Cache-Control', 'no-store');
  context.body = view;
}

function nobody(error: unknown): null {
  if (!isAppError(error, 'invalid_token')) throw error;
  return null;
}
