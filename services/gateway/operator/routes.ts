import type Router from '@koa/router';
import type { Middleware } from 'koa';
import type { RequestState } from '../../shared/http/request-state.ts';
import { constantTimeEqual } from '../../shared/runtime/constant-time-equal.ts';
import { AppError } from '../../shared/runtime/errors.ts';
import { parsePageQuery } from '../jobs/page-query.ts';
import type { FailedJobs } from './failed-jobs.ts';

export interface OperatorPorts {
  failedJobs: FailedJobs;
  /** Without a token there are no such routes. */
  operatorToken: string | undefined;
}

/** The routes for an operator, who sees the failed jobs of all users. */
export function operatorRoutes(
  router: Router<RequestState>,
  { failedJobs, operatorToken }: OperatorPorts,
): void {
  const guard = onlyOperator(operatorToken);

  router.get('/operator/failed', guard, async (context) => {
    context.body = await failedJobs.list(parsePageQuery(context.query));
    context.set('Cache-Control', 'no-store');
  });

  router.post('/operator/failed/:id/retry', guard, async (context) => {
    const job = await failedJobs.retry(context.params.id);
    context.state.log.info({ job_id: job.id, run: job.run }, 'an operator retries a failed job');
    context.status = 202;
    context.body = job;
  });

  router.delete('/operator/failed/:id', guard, async (context) => {
    await failedJobs.drop(context.params.id);
    context.state.log.info({ job_id: context.params.id }, 'an operator deleted a failed job');
    context.status = 204;
  });
}

function onlyOperator(token: string | undefined): Middleware<RequestState> {
  return (context, next) => {
    if (token === undefined) throw new AppError('not_found', 'there is nothing here');
    const given = /^Bearer (.+)$/i.exec(context.get('authorization'))?.[1];
    if (given === undefined || !constantTimeEqual(given, token)) {
      throw new AppError(
        'invalid_token',
        'send the OPERATOR_TOKEN of this gateway as `Authorization: Bearer …`',
        {
          headers: { 'WWW-Authenticate': 'Bearer realm="mp3converter operator", error="invalid_token"' },
        },
      );
    }
    return next();
  };
}
