import type Router from '@koa/router';
import type { ParameterizedContext } from 'koa';
import { z } from 'zod';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError, unavailable } from '../../shared/runtime/errors.ts';
import { parseJson } from '../../shared/runtime/parse-json.ts';
import { noApiKey } from './access.ts';
import { createAttemptCookie, SIGN_IN_COOKIE } from './attempt-cookie.ts';
import { passOn } from './call-auth.ts';
import { proof } from './proof.ts';
import { requireSameOrigin } from './same-origin.ts';
import { createSessionAnswers, currentUser } from './session-answers.ts';
import type { SessionPorts } from './session-routes.ts';

type Context = ParameterizedContext<RequestState> & { params: Record<string, string | undefined> };

/**
 * How long a browser keeps the list of providers. Each visit of the page needs it, and it changes when the operator restarts auth with
 * other settings.
 */
const LIST_SECONDS = 300;
const beginning = proof.extend({ leave_guest: z.boolean().optional() });
const begun = z.object({
  url: z.url({ protocol: /^https?$/ }),
  attempt: z.string().regex(/^[\w-]{1,3500}$/),
});

/** What the page says about a sign-in that did not succeed. It is in the fragment of the address `/#sign-in=<code>`. */
const OUTCOMES = [
  ...['sign_in_failed', 'sign_in_cancelled', 'email_taken', 'email_not_verified', 'account_exists'],
  ...['state_conflict', 'not_found'],
];

/** What became of the guest who began the sign-in: `registered` as the account, or `left` because the identity has another account. */
const guestOutcome = z.object({ guest: z.enum(['registered', 'left']) });

/** Sign-in at other systems (OpenID Connect). Auth talks to them; the browser goes there and comes back. */
export function oidcRoutes(router: Router<RequestState>, ports: SessionPorts): void {
  const { authenticate, callAuth, cookies, publicUrl } = ports;
  const { answer } = createSessionAnswers(ports);
  const attempts = createAttemptCookie(publicUrl, SIGN_IN_COOKIE);

  /**
   * Whether a GET could abandon the jobs of a guest without a warning, so that the page has to warn first and begin the sign-in by POST.
   * A request that another site has caused carries no cookie that tells who is signed in. Where only the refresh token is left, the page
   * renews the session first.
   */
  async function couldLeaveGuest(context: Context): Promise<boolean> {
    if (context.get('sec-fetch-site') === 'cross-site') return true;
    const user = await currentUser(context, authenticate);
    return user ? user.group === 'guest' : cookies.refreshToken(context) !== undefined;
  }

  router.get('/session/oidc', noApiKey, async (context) => {
    const reply = await callAuth(context, { method: 'GET', path: '/oidc', limit: 'sessions' });
    passOn(context, reply);
    context.set('Cache-Control', reply.status === 200 ? `private, max-age=${LIST_SECONDS}` : 'no-store');
  });

  router.get('/session/oidc/:provider', noApiKey, async (context) => {
    const provider = providerOf(context);
    if (await couldLeaveGuest(context)) return goTo(context, '/#/account');
    const body = JSON.stringify({ provider });
    const reply = await callAuth(context, { path: '/oidc/begin', limit: 'providers', provider, body });
    if (reply.status !== 200) return refuse(context, reply);
    const { url, attempt } = readBegun(reply);
    attempts.keep(context, attempt);
    context.set('Cache-Control', 'no-store');
    context.redirect(url);
  });

  router.post('/session/oidc/:provider', noApiKey, jsonBody, async (context) => {
    const { group } = await authenticate(context.get('authorization'));
    requireSameOrigin(context, publicUrl);
    const provider = providerOf(context);
    const { data } = beginning.safeParse(context.request.body ?? {});
    if (!data) throw new AppError('bad_request', '`password` is a text, and `leave_guest` is true or false');
    const request = {
      provider,
      body: JSON.stringify({ provider, ...data }),
      authorization: context.get('authorization'),
    };
    const path = group === 'guest' ? '/oidc/guest' : '/oidc/join';
    const reply = await callAuth(context, { path, limit: 'providers', ...request });
    if (reply.status !== 200) return passOn(context, reply);
    const { url, attempt } = readBegun(reply);
    attempts.keep(context, attempt);
    context.set('Cache-Control', 'no-store');
    context.body = { url };
  });

  router.get('/session/oidc/:provider/callback', noApiKey, async (context) => {
    const provider = providerOf(context);
    const attempt = attempts.read(context) ?? '';
    const body = JSON.stringify({ provider, query: context.querystring, attempt });
    // An attempt is for one answer of the provider, whatever it is.
    attempts.forget(context);
    const reply = await callAuth(context, { path: '/oidc/complete', limit: 'providers', provider, body });
    if (reply.status >= 300) return refuse(context, reply);
    if (reply.status === 200) answer(context, reply);
    goTo(context, pageAfter(reply));
  });
}

/** Throws `not_found` for a text that is no id of a provider. */
function providerOf({ params: { provider = '' } }: Context): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(provider)) return provider;
  throw new AppError('not_found', 'there is no such provider');
}

function readBegun({ status, body }: InvokeReply): z.output<typeof begun> {
  const found = begun.safeParse(parseJson(body));
  if (found.success) return found.data;
  throw unavailable('the auth service', new Error(`answered ${status} with a sign-in of an unknown form`));
}

/** Where the page is told what has become of whoever was signed in when the sign-in began. */
function pageAfter({ status, body }: InvokeReply): string {
  if (status === 204) return '/#sign-in=joined';
  const { data } = guestOutcome.safeParse(parseJson(body));
  return data ? `/#sign-in=${data.guest}` : '/';
}

/** A browser that shows pages gets the page, which says why. Any other client gets the problem. */
function refuse(context: Context, reply: InvokeReply): void {
  context.vary('Accept');
  if (context.accepts('json', 'html') !== 'html') {
    passOn(context, reply);
    return;
  }
  const { code } = z.object({ code: z.string() }).catch({ code: '' }).parse(parseJson(reply.body));
  goTo(context, `/#sign-in=${OUTCOMES.includes(code) ? code : 'unavailable'}`);
}

/** Sends the browser to the page, with GET. */
function goTo(context: Context, address: string): void {
  context.set('Cache-Control', 'no-store');
  context.redirect(address);
  context.status = 303;
}
