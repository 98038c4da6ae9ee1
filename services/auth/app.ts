import Router from '@koa/router';
import type Koa from 'koa';
import type { Context } from 'koa';
import { z } from 'zod';
import type { EventSecrets } from '../shared/contract/event-secret.ts';
import { requireSidecarToken } from '../shared/dapr/require-sidecar-token.ts';
import { closedSignal } from '../shared/http/client-closed.ts';
import { type Checks, health } from '../shared/http/health.ts';
import { jsonBody } from '../shared/http/json-body.ts';
import { createApp } from '../shared/http/koa-app.ts';
import { exposeMetrics, type Metrics } from '../shared/http/metrics.ts';
import type { RequestState } from '../shared/http/request-state.ts';
import { requireCaller } from '../shared/http/require-caller.ts';
import { AppError, isAppError } from '../shared/runtime/errors.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { Users } from './accounts/users.ts';
import { invalidCredentials, readBasic, readBearer } from './credentials.ts';
import { type Guests, notGuest } from './guests/guests.ts';
import { parseBody } from './json-body.ts';
import { rememberCaller } from './limits/caller.ts';
import type { SecondFactor } from './second-factor/second-factor.ts';
import type { Grants } from './sessions/grants.ts';
import { JWKS_SECONDS } from './tokens/key-schedule.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';
import type { Tokens } from './tokens/tokens.ts';

interface AuthPorts {
  accounts: Accounts;
  guests: Guests;
  users: Pick<Users, 'idsAfter'>;
  grants: Grants;
  tokens: Tokens;
  keys: SigningKeys;
  /** Throws `second_factor_required` where a password is not enough. */
  requireSecondFactor?: SecondFactor['require'] | undefined;
  /** Routes of other modules. */
  addRoutes?: ((router: Router<RequestState>) => void) | undefined;
  checks: Checks;
  metrics: Metrics;
  log: Log;
  stoppingSignal: AbortSignal;
  /** The token that our sidecar sends with every call (APP_API_TOKEN). Without one, everybody may call. */
  apiToken: string | undefined;
  /** The secrets of the tokens of callers. Without them, every caller of the sidecar may call. */
  callerSecrets?: EventSecrets | undefined;
}

/** They tell nothing that a caller does not know or may not know. */
const OPEN_PATHS = ['/.well-known/jwks.json', '/validate'];

const newAccount = z.object({ email: z.string(), password: z.string() });
const refreshToken = z.object({ refresh_token: z.string() });
const userPage = z.object({
  after: z.union([z.uuid(), z.literal('')]).default(''),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** The HTTP API of auth, which only its own sidecar may call. Binds no port. */
export function createAuthApp(ports: AuthPorts): Koa<RequestState> {
  const { accounts, guests, users, grants, tokens, keys, checks, metrics, log, stoppingSignal, apiToken } =
    ports;
  const router = new Router<RequestState>();

  router.post('/register', jsonBody, async (context) => {
    const { email, password } = parseBody(context, newAccount);
    respondPending(context, await accounts.register(email, password, closedSignal(context.res)), 201);
  });

  router.post('/login', async (context) => {
    const { email, password } = readBasic(context.get('authorization'));
    const user = await accounts.authenticate(email, password, closedSignal(context.res));
    try {
      await ports.requireSecondFactor?.(user);
      respondUncached(context, await grants.issue(user, clientUserAgent(context)));
    } catch (error) {
      // The password was changed since it was compared, so it is a wrong one by now.
      throw isAppError(error, 'sign_in_failed') ? invalidCredentials() : error;
    }
  });

  // The gateway decides whether one may start as a guest.
  router.post('/guests', async (context) => {
    respondUncached(context, await grants.issue(await guests.start(), clientUserAgent(context)));
  });

  router.post('/guests/registration', jsonBody, async (context) => {
    const { sub, guest } = await tokens.verify(readBearer(context.get('authorization')));
    if (!guest) throw notGuest();
    const { email, password } = parseBody(context, newAccount);
    const user = await guests.register(sub, email, password, closedSignal(context.res));
    if ('verification' in user) return respondPending(context, user, 202);
    respondUncached(context, await grants.issue(user, clientUserAgent(context)));
  });

  router.post('/refresh', jsonBody, async (context) => {
    respondUncached(context, await grants.refresh(parseBody(context, refreshToken).refresh_token));
  });

  router.post('/logout', jsonBody, async (context) => {
    await grants.revoke(parseBody(context, refreshToken).refresh_token);
    context.status = 204;
  });

  const validate = async (context: Context) => {
    respondUncached(context, await tokens.verify(readBearer(context.get('authorization'))));
  };
  router.get('/validate', validate).post('/validate', validate);

  router.get('/.well-known/jwks.json', async (context) => {
    const { jwks } = await keys();
    context.set('Cache-Control', `public, max-age=${JWKS_SECONDS}`);
    context.body = jwks;
  });

  // The gateway does not publish this route. It calls it once after an upgrade, to find the jobs from before.
  router.get('/users', async (context) => {
    const page = userPage.safeParse(context.query);
    if (!page.success)
      throw new AppError('bad_request', '`after` is a user id, `limit` a number from 1 to 1000');
    respondUncached(context, { users: await users.idsAfter(page.data.after, page.data.limit) });
  });

  ports.addRoutes?.(router);
  const app = createApp(log, metrics);
  app.use(health(checks, stoppingSignal)).use(exposeMetrics(metrics)).use(requireSidecarToken(apiToken));
  app.use(requireCaller('auth', ports.callerSecrets, OPEN_PATHS));
  app.use(rememberCaller).use(router.routes()).use(router.allowedMethods());
  return app;
}

/** A registration whose address has to be confirmed is accepted, and not made yet. */
function respondPending(context: Context, body: object, status: number): void {
  respondUncached(context, body);
  context.status = 'verification' in body ? 202 : status;
}

/** The `User-Agent` of the client, which the gateway passes on under a name that no sidecar sets. Untrusted text. */
const clientUserAgent = (context: Context): string | undefined =>
  context.get('x-client-user-agent') || undefined;

/** Responds with a body that no cache may store. */
function respondUncached(context: Context, body: object): void {
  context.set('Cache-Control', 'no-store');
  context.body = body;
}
