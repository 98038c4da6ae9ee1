import type Router from '@koa/router';
import type { RequestState } from '../../shared/http/request-state.ts';
import { noApiKey } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import type { DayUsage } from './day-usage.ts';

export interface UsagePorts {
  authenticate: Authenticate;
  usage: DayUsage;
}

/** What the caller has used and may use. */
export function usageRoutes(router: Router<RequestState>, { authenticate, usage }: UsagePorts): void {
  router.get('/account/usage', noApiKey, async (context) => {
    const user = await authenticate(context.get('authorization'));
    context.set('Cache-Control', 'no-store');
    context.body = await usage.view(user);
  });
}
