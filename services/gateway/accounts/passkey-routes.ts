import type Router from '@koa/router';
import { z } from 'zod';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from './access.ts';
import { passOn } from './call-auth.ts';
import { requireSameOrigin } from './same-origin.ts';
import { createSessionAnswers } from './session-answers.ts';
import type { SessionPorts } from './session-routes.ts';

const renaming = z.object({ name: z.string() });

/** The passkeys of an account, and the sign-in of the page by one. Auth answers. */
export function passkeyRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { authenticate, callAuth, publicUrl } = ports;
  const { answer } = createSessionAnswers(ports);
  const path = '/account/passkeys';

  router.get(path, noApiKey, async (context) => {
    const authorization = context.get('authorization');
    await authenticate(authorization);
    passOn(context, await callAuth(context, { method: 'GET', path, limit: 'sessions', authorization }));
  });

  router.post(`${path}/options`, noApiKey, jsonBody, async (context) => {
    await authenticate(context.get('authorization'));
    const request = { body: context.request.rawBody ?? '', authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { path: `${path}/options`, limit: 'passwords', ...request }));
  });

  router.post(path, noApiKey, jsonBody, async (context) => {
    await authenticate(context.get('authorization'));
    const request = { body: context.request.rawBody ?? '', authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { path, limit: 'sessions', ...request }));
  });

  router.patch(`${path}/:id`, noApiKey, jsonBody, async (context) => {
    await authenticate(context.get('authorization'));
    const id = idOf(context.params.id);
    const { data } = renaming.safeParse(context.request.body);
    if (!data) throw new AppError('bad_request', '`name` is a text');
    const request = {
      body: JSON.stringify({ id, name: data.name }),
      authorization: context.get('authorization'),
    };
    passOn(context, await callAuth(context, { path: `${path}/rename`, limit: 'sessions', ...request }));
  });

  router.delete(`${path}/:id`, noApiKey, async (context) => {
    await authenticate(context.get('authorization'));
    const body = JSON.stringify({ id: idOf(context.params.id) });
    const request = { path: `${path}/end`, body, authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { limit: 'sessions', ...request }));
  });

  router.post('/session/passkey/options', noApiKey, async (context) => {
    requireSameOrigin(context, publicUrl);
    passOn(context, await callAuth(context, { path: '/login/passkey/options', limit: 'guests' }));
  });

  router.post('/session/passkey', noApiKey, jsonBody, async (context) => {
    requireSameOrigin(context, publicUrl);
    const body = context.request.rawBody ?? '';
    answer(context, await callAuth(context, { path: '/login/passkey', limit: 'sessions', body }));
  });
}

/** Throws `not_found` for a text that is no id. */
function idOf(text = ''): string {
  if (/^[\w-]{22}$/.test(text)) return text;
  throw new AppError('not_found', 'your account has no such passkey');
}
