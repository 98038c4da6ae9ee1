import type Router from '@koa/router';
import type { Context } from 'koa';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { requireSameOrigin } from './same-origin.ts';
import { CHALLENGE, createSessionAnswers, currentUser } from './session-answers.ts';
import type { SessionPorts } from './session-routes.ts';

type SessionContext = Context & { state: RequestState };

/** A session without an account, whose jobs become those of the account that its owner registers. */
export function guestRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { authenticate, callAuth, cookies, guests, publicUrl } = ports;
  const { tell, answer } = createSessionAnswers(ports);

  /** Continues the session of the refresh token, where there is one that auth knows. */
  async function continued(context: SessionContext): Promise<InvokeReply | undefined> {
    const refresh_token = cookies.refreshToken(context);
    if (refresh_token === undefined) return undefined;
    const body = JSON.stringify({ refresh_token });
    const reply = await callAuth(context, { path: '/refresh', limit: 'sessions', body });
    return reply.status === 401 ? undefined : reply;
  }

  router.post('/session/guest', noApiKey, async (context) => {
    requireSameOrigin(context, publicUrl);
    if (!guests) throw new AppError('forbidden', 'this gateway has no guests: register or sign in');
    const user = await currentUser(context, authenticate);
    // Whoever has a session keeps it. Otherwise the jobs of a guest who asks twice would be lost.
    if (user) return tell(context, user);
    const reply = await continued(context);
    answer(context, reply ?? (await callAuth(context, { path: '/guests', limit: 'guests' })));
  });

  router.post('/session/registration', noApiKey, jsonBody, async (context) => {
    requireSameOrigin(context, publicUrl);
    const user = await currentUser(context, authenticate);
    if (!user)
      throw new AppError('invalid_token', 'there is no session: start as a guest first', {
        headers: CHALLENGE,
      });
    if (user.group !== 'guest')
      throw new AppError('state_conflict', 'only a guest can register this way: this account has an address');
    const credentials = { body: context.request.rawBody ?? '', authorization: context.get('authorization') };
    answer(
      context,
      await callAuth(context, { path: '/guests/registration', limit: 'passwords', ...credentials }),
    );
  });
}
