import type Router from '@koa/router';
import { decodeJwt } from 'jose';
import type { Context } from 'koa';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError, isAppError, unavailable } from '../../shared/runtime/errors.ts';
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

/** For the scheme Basic of `/login`, a browser would ask for a password in a window of its own. It knows no scheme of this name. */
const CHALLENGE = { 'WWW-Authenticate': 'Session realm="mp3converter"' };

/** The session of a page of this gateway. Its tokens travel in cookies alone, see session-cookies.ts. */
export function sessionRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { authenticate, callAuth, cookies, publicUrl } = ports;

  /** Keeps the tokens of a login or a refresh, and tells whose they are. */
  const answer = (context: Context, reply: InvokeReply): void => {
    if (reply.status === 200) {
      const { grant, view } = readGrant(reply.body);
      cookies.keep(context, grant);
      respond(context, view);
      return;
    }
    passOn(context, reply);
    context.set('Cache-Control', 'no-store');
    if (reply.status === 401) context.set(CHALLENGE);
  };

  router.get('/session', async (context) => {
    const renewable = cookies.refreshToken(context) !== undefined;
    // The cookie with the access token has become this header. See session-cookies.ts.
    const authorization = context.get('authorization');
    const account = authorization === '' ? null : await authenticate(authorization).catch(nobody);
    const renew_in = account === null ? null : renewIn(authorization.replace(/^Bearer /i, ''));
    respond(context, { account, renewable, renew_in });
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
      throw new AppError('invalid_token', 'there is no session: sign in first', { headers: CHALLENGE });
    const body = JSON.stringify({ refresh_token });
    const reply = await callAuth(context, { path: '/refresh', limit: 'sessions', body });
    if (reply.status === 401) cookies.forget(context);
    answer(context, reply);
  });

  router.delete('/session', async (context) => {
    requireSameOrigin(context, publicUrl);
    const refresh_token = cookies.refreshToken(context);
    // Also where auth is away: whoever signs out of a computer that others use must be signed out there. The response says then
    // that the tokens were not revoked.
    cookies.forget(context);
    if (refresh_token !== undefined) {
      const body = JSON.stringify({ refresh_token });
      const reply = await callAuth(context, { path: '/logout', limit: 'sessions', body });
      if (reply.status >= 429) return answer(context, reply);
    }
    context.status = 204;
  });
}

/** Reads the answer of auth to a login or a refresh. Its error quotes nothing of it, because it would get into the log. */
function readGrant(body: string) {
  try {
    const grant = tokenGrant.parse(JSON.parse(body));
    const { sub, email } = decodeJwt(grant.access_token);
    const account = { id: String(sub), email: String(email) };
    const renew_in = renewIn(grant.access_token);
    const view: SessionView = { account, renewable: true, renew_in };
    return { grant, view };
  } catch {
    throw unavailable('the auth service', new Error('answered with tokens of an unknown form'));
  }
}

/** A session is renewed this long before its access token expires, or after half of its time where that is shorter. */
const EARLY_SECONDS = 60;

/** @param token an access token that is valid @returns seconds */
function renewIn(token: string): number | null {
  const { iat, exp } = decodeJwt(token);
  if (iat === undefined || exp === undefined) return null;
  const at = exp - Math.min(EARLY_SECONDS, (exp - iat) / 2);
  return Math.max(0, Math.floor(at - Date.now() / 1000));
}

function respond(context: Context, view: SessionView): void {
  context.set('Cache-Control', 'no-store');
  context.body = view;
}

function nobody(error: unknown): null {
  if (!isAppError(error, 'invalid_token')) throw error;
  return null;
}
