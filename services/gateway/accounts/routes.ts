import type Router from '@koa/router';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { openToAll } from './access.ts';
import { type CallAuth, passOn } from './call-auth.ts';

const ROUTES = [
  { path: '/register', takesJson: true, limit: 'passwords' },
  { path: '/login', takesJson: false, limit: 'passwords' },
  { path: '/refresh', takesJson: true, limit: 'sessions' },
  { path: '/logout', takesJson: true, limit: 'sessions' },
] as const;

/** The routes that the auth service answers. Only listed headers pass in either direction. */
export function accountRoutes(router: Router<RequestState>, callAuth: CallAuth): void {
  for (const { path, takesJson, limit } of ROUTES) {
    router.post(path, openToAll, ...(takesJson ? [jsonBody] : []), async (context) => {
      const credentials = takesJson
        ? { body: context.request.rawBody ?? '' }
        : { authorization: context.get('authorization') };
      passOn(context, await callAuth(context, { path, limit, ...credentials }));
    });
  }
}
