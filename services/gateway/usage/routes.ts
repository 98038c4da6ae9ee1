import type Router from '@koa/router';
import type { RequestState } from '../../shared/http/request-state.ts';
import { noApiKey } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { acquireForResponse, type ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import type { DayUsage } from './day-usage.ts';

export interface UsagePorts {
  authenticate: Authenticate;
  usage: DayUsage;
  /** Shared with the searches for jobs, because this may read all jobs of an owner as well. */
  searches: ConcurrencyLimit;
}

/** What the caller has used and may use. */
export function usageRoutes(
  router: Router<RequestState>,
  { authenticate, usage, searches }: UsagePorts,
): void {
  router.get('/account/usage', noApiKey, async (context) => {
    const user = await authenticate(context.get('authorization'));
    acquireForResponse(searches, user, context.res);
    context.set('Cache-Control', 'no-store');
    context.body = await usage.view(user);
  });
}
