import type Router from '@koa/router';
import { z } from 'zod';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError, unavailable } from '../../shared/runtime/errors.ts';
import { parseJson } from '../../shared/runtime/parse-json.ts';
import { noApiKey } from './access.ts';
import { createAttemptCookie, PASSKEY_COOKIE } from './attempt-cookie.ts';
import { type AuthRequest, passOn } from './call-auth.ts';
import { callSignedIn } from './call-signed-in.ts';
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
  const { callAuth, publicUrl } = ports;
  const { answer } = createSessionAnswers(ports);
  const attempts = createAttemptCookie(publicUrl, PASSKEY_COOKIE);
  const path = '/account/passkeys';

  router.get(path, noApiKey, async (context) => {
    passOn(context, await callSignedIn(ports, context, { method: 'GET', path, limit: 'sessions' }));
  });

  router.post('/account/passkey-options', noApiKey, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    const request = { path: '/account/passkey-options', limit: 'passwords', body } as const;
    passOn(context, await callSignedIn(ports, context, request));
  });

  router.post(path, noApiKey, jsonBody, async (context) => {
    const body = context.request.rawBody ?? '';
    passOn(context, await callSignedIn(ports, context, { path, limit: 'sessions', body }));
  });

  router.patch(`${path}/:id`, noApiKey, jsonBody, async (context) => {
    const request = (): AuthRequest => {
      const id = idOf(context.params.id);
      const { data } = renaming.safeParse(context.request.body);
      if (!data) throw new AppError('bad_request', '`name` is a text');
      return { path: `${path}/rename`, limit: 'sessions', body: JSON.stringify({ id, name: data.name }) };
    };
    passOn(context, await callSignedIn(ports, context, request));
  });

  router.delete(`${path}/:id`, noApiKey, jsonBody, async (context) => {
    const request = (): AuthRequest => ({
      ...{ path: `${path}/end`, limit: 'passwords' },
      body: JSON.stringify({ id: idOf(context.params.id), ...readProof(context) }),
    });
    passOn(context, await callSignedIn(ports, context, request));
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
