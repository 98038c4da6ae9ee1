import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import * as z from 'zod';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { noApiKey } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { requireSameOrigin } from '../accounts/same-origin.ts';
import { parsePageQuery } from '../jobs/page-query.ts';
import {
  createOperatorAccess,
  type OperatorAccess,
  onlyOperator,
  requireAccess,
  wrongToken,
} from './authorize.ts';
import type { FailedJobs } from './failed-jobs.ts';
import type { OperatorSessionView } from './operator-session-view.ts';
import type { ReadOverview } from './overview.ts';

export interface OperatorPorts {
  failedJobs: FailedJobs;
  overview: ReadOverview;
  authenticate: Authenticate;
  /** Without a token, only accounts of the group `operator` may use these routes. */
  operatorToken: string | undefined;
  /** Of the gateway. */
  publicUrl: string;
}

/** The routes for an operator, who sees the failed jobs of all users. */
export function operatorRoutes(router: Router<RequestState>, ports: OperatorPorts): void {
  const { failedJobs, overview, operatorToken, publicUrl, authenticate } = ports;
  const access = createOperatorAccess(operatorToken, publicUrl);
  const guard = onlyOperator(access, authenticate);
  sessionRoutes(router, access);

  router.get('/operator/overview', noApiKey, guard, async (context) => {
    respond(context, await overview());
  });

  router.get('/operator/failed', noApiKey, guard, async (context) => {
    respond(context, await failedJobs.list(parsePageQuery(context.query)));
  });

  router.post('/operator/failed/:id/retry', noApiKey, guard, async (context) => {
    const job = await failedJobs.retry(context.params.id);
    context.state.log.info({ job_id: job.id, run: job.run }, 'an operator retries a failed job');
    context.status = 202;
    context.body = job;
  });

  router.delete('/operator/failed/:id', noApiKey, guard, async (context) => {
    await failedJobs.drop(context.params.id);
    context.state.log.info({ job_id: context.params.id }, 'an operator deleted a failed job');
    context.status = 204;
  });
}

const signIn = z.object({ token: z.string() });

/** The session of the operator's page. See session.ts. */
function sessionRoutes(router: Router<RequestState>, access: OperatorAccess | undefined): void {
  router.get('/operator/session', noApiKey, (context) => {
    const { sessions } = requireAccess(access);
    respond(context, { signed_in: sessions.isOpen(context) } satisfies OperatorSessionView);
  });

  // Without a token, this route does not exist, whatever the body is.
  const requireConfigured: Middleware<RequestState> = (_context, next) => {
    requireAccess(access);
    return next();
  };

  router.post('/operator/session', noApiKey, requireConfigured, jsonBody, (context) => {
    const { sessions, isToken, publicUrl } = requireAccess(access);
    requireSameOrigin(context, publicUrl);
    const { data } = signIn.safeParse(context.request.body);
    if (data === undefined) throw new AppError('bad_request', 'send JSON: `{"token": "…"}`');
    if (!isToken(data.token)) throw wrongToken();
    sessions.begin(context);
    context.state.log.info('an operator has signed in');
    respond(context, { signed_in: true } satisfies OperatorSessionView);
  });

  router.delete('/operator/session', noApiKey, (context) => {
    const { sessions, publicUrl } = requireAccess(access);
    requireSameOrigin(context, publicUrl);
    sessions.end(context);
    context.status = 204;
  });
}

function respond(context: Context, body: object): void {
  context.set('Cache-Control', 'no-store');
  context.body = body;
}
