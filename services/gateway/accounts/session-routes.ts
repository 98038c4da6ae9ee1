import type Router from '@koa/router';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import type { Authenticate } from './authenticate.ts';
import type { CallAuth } from './call-auth.ts';
import { requireSameOrigin } from './same-origin.ts';
import { CHALLENGE, createSessionAnswers, currentUser, type SessionAnswerPorts } from './session-answers.ts';

export interface SessionPorts extends SessionAnswerPorts {
  authenticate: Authenticate;
  callAuth: CallAuth;
  publicUrl: string;
}

/** The session of a page of this gateway. Its tokens travel in cookies alone, see session-cookies.ts. */
export function sessionRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { authenticate, callAuth, cookies, publicUrl } = ports;
  const { tell, answer } = createSessionAnswers(ports);

  router.get('/session', noApiKey, async (context) => {
    tell(context, await currentUser(context, authenticate));
  });

  router.post('/session', noApiKey, async (context) => {
    requireSameOrigin(context, publicUrl);
    const authorization = context.get('authorization');
    answer(context, await callAuth(context, { path: '/login', limit: 'passwords', authorization }));
  });

  router.post('/session/renewal', noApiKey, async (context) => {
    requireSameOrigin(context, publicUrl);
    const refresh_token = cookies.refreshToken(context);
    if (refresh_token === undefined)
      throw new AppError('invalid_token', 'there is no session: sign in first', { headers: CHALLENGE });
    const body = JSON.stringify({ refresh_token });
    const reply = await callAuth(context, { path: '/refresh', limit: 'sessions', body });
    if (reply.status === 401) cookies.forget(context);
    answer(context, reply);
  });

  router.delete('/session', noApiKey, async (context) => {
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
