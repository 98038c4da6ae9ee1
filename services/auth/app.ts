import Router from '@koa/router';
import type Koa from 'koa';
import type { Context } from 'koa';
import { z } from 'zod';
import { type Checks, health } from '../shared/health.ts';
import { createApp, onlySidecar, type RequestState } from '../shared/http.ts';
import type { Log } from '../shared/log.ts';
import type { Accounts } from './accounts.ts';
import { readBasic, readBearer } from './credentials.ts';
import type { Grants } from './grants.ts';
import { bodyOf, jsonBody } from './json-body.ts';
import { JWKS_SECONDS } from './key-schedule.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Tokens } from './tokens.ts';

interface AuthPorts {
  accounts: Accounts;
  grants: Grants;
  tokens: Tokens;
  keys: SigningKeys;
  checks: Checks;
  log: Log;
  stopping: AbortSignal;
  /** What our sidecar sends with every call (APP_API_TOKEN); without one, everybody may call. */
  apiToken: string | undefined;
}

const newAccount = z.object({ email: z.string(), password: z.string() });
const refreshToken = z.object({ refresh_token: z.string() });

export function createAuthApp(ports: AuthPorts): Koa<RequestState> {
  const { accounts, grants, tokens, keys, checks, log, stopping, apiToken } = ports;
  const router = new Router<RequestState>();

  router.post('/register', jsonBody, async (context) => {
    const { email, password } = bodyOf(context, newAccount);
    context.body = await accounts.register(email, password);
    context.status = 201;
  });

  router.post('/login', async (context) => {
    const { email, password } = readBasic(context.get('authorization'));
    unstored(context, await grants.issue(await accounts.authenticate(email, password)));
  });

  router.post('/refresh', jsonBody, async (context) => {
    unstored(context, await grants.refresh(bodyOf(context, refreshToken).refresh_token));
  });

  router.post('/logout', jsonBody, async (context) => {
    await grants.revoke(bodyOf(context, refreshToken).refresh_token);
    context.status = 204;
  });

  const validate = async (context: Context) => {
    unstored(context, await tokens.verify(readBearer(context.get('authorization'))));
  };
  router.get('/validate', validate).post('/validate', validate);

  router.get('/.well-known/jwks.json', async (context) => {
    const { jwks } = await keys();
    context.set('Cache-Control', `public, max-age=${JWKS_SECONDS}`);
    context.body = jwks;
  });

  const app = createApp(log);
  app.use(health(checks, stopping)).use(onlySidecar(apiToken));
  app.use(router.routes()).use(router.allowedMethods());
  return app;
}

function unstored(context: Context, body: object): void {
  context.set('Cache-Control', 'no-store');
  context.body = body;
}
