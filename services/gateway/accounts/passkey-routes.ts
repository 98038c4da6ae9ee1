import type Router from '@koa/router';
import { z } from 'zod';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError, unavailable } from '../../shared/runtime/errors.ts';
import { parseJson } from '../../shared/runtime/parse-json.ts';
import { noApiKey } from './access.ts';
import { createAttemptCookie, PASSKEY_COOKIE } from './attempt-cookie.ts';
import { passOn } from './call-auth.ts';
import { readProof } from './proof.ts';
import { requireSameOrigin } from './same-origin.ts';
import { createSessionAnswers } from './session-answers.ts';
import type { SessionPorts } from './session-routes.ts';

const renaming = z.object({ name: z.string() });
const signIn = z.object({ response: z.looseObject({}) });
const begun = z.object({
  options: z.looseObject({ challenge: z.string() }),
  attempt: z.string().regex(/^[\w-]{1,1000}$/),
});

/** The passkeys of an account, and the sign-in of the page by one. Auth answers. */
export function passkeyRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { authenticate, callAuth, publicUrl } = ports;
  const { answer } = createSessionAnswers(ports);
  const attempts = createAttemptCookie(publicUrl, PASSKEY_COOKIE);
  const path = '/account/passkeys';

  router.get(path, noApiKey, async (context) => {
    const authorization = context.get('authorization');
    await authenticate(authorization);
    passOn(context, await callAuth(context, { method: 'GET', path, limit: 'sessions', authorization }));
  });

  router.post('/account/passkey-options', noApiKey, jsonBody, async (context) => {
    await authenticate(context.get('authorization'));
    const request = { body: context.request.rawBody ?? '', authorization: context.get('authorization') };
    passOn(
      context,
      await callAuth(context, { path: '/account/passkey-options', limit: 'passwords', ...request }),
    );
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

  router.delete(`${path}/:id`, noApiKey, jsonBody, async (context) => {
    await authenticate(context.get('authorization'));
    const body = JSON.stringify({ id: idOf(context.params.id), ...readProof(context) });
    const request = { path: `${path}/end`, body, authorization: context.get('authorization') };
    passOn(context, await callAuth(context, { limit: 'passwords', ...request }));
  });

  router.post('/session/passkey/options', noApiKey, async (context) => {
    requireSameOrigin(context, publicUrl);
    const reply = await callAuth(context, { path: '/login/passkey/options', limit: 'passkeys' });
    if (reply.status !== 200) return passOn(context, reply);
    const { options, attempt } = readBegun(reply);
    attempts.keep(context, attempt);
    context.set('Cache-Control', 'no-store');
    context.body = options;
  });

  router.post('/session/passkey', noApiKey, jsonBody, async (context) => {
    requireSameOrigin(context, publicUrl);
    const { data } = signIn.safeParse(context.request.body);
    if (!data) throw new AppError('bad_request', '`response` is what the browser has answered');
    const body = JSON.stringify({ response: data.response, attempt: attempts.read(context) ?? '' });
    const reply = await callAuth(context, { path: '/login/passkey', limit: 'passkeys', body });
    if (reply.status === 200) attempts.forget(context);
    answer(context, reply);
  });
}

function readBegun({ status, body }: InvokeReply): z.output<typeof begun> {
  const found = begun.safeParse(parseJson(body));
  if (found.success) return found.data;
  throw unavailable('the auth service', new Error(`answered ${status} with a sign-in of an unknown form`));
}

/** Throws `not_found` for a text that is no id. */
function idOf(text = ''): string {
  if (/^[\w-]{22}$/.test(text)) return text;
  throw new AppError('not_found', 'your account has no such passkey');
}
