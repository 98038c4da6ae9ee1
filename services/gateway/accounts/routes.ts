import type Router from '@koa/router';
import type { Context } from 'koa';
import type { InvokeRequest, Sidecar } from '../../shared/dapr/sidecar.ts';
import { jsonBody } from '../../shared/http/json-body.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { traceparentOf } from '../../shared/http/trace-context.ts';
import { AppError, unavailable } from '../../shared/runtime/errors.ts';
import { createAccountLimits } from './account-limits.ts';

const REPLY_HEADERS = ['content-type', 'cache-control', 'retry-after', 'www-authenticate'];

/**
 * The most bytes of an Authorization header. The longest valid credentials have 1,714 characters. A sidecar rejects headers
 * above 4 KiB with an error that looks like an outage of auth.
 */
const MAX_CREDENTIALS = 2048;

const ROUTES = [
  { path: '/register', takesJson: true, limit: 'passwords' },
  { path: '/login', takesJson: false, limit: 'passwords' },
  { path: '/refresh', takesJson: true, limit: 'sessions' },
  { path: '/logout', takesJson: true, limit: 'sessions' },
] as const;

/** The routes that the auth service answers. Only the headers that are listed here pass in either direction. */
export function accountRoutes(router: Router<RequestState>, invoke: Sidecar['invoke']): void {
  const runLimited = createAccountLimits();
  for (const { path, takesJson, limit } of ROUTES) {
    router.post(path, ...(takesJson ? [jsonBody] : []), async (context) => {
      const request: InvokeRequest = {
        method: 'POST',
        path,
        headers: {
          traceparent: traceparentOf(context.state.traceId),
          ...(takesJson ? { 'content-type': 'application/json' } : { authorization: credentialsOf(context) }),
        },
        ...(takesJson && { body: context.request.rawBody ?? '' }),
      };
      const reply = await runLimited(limit, context, () => invoke('auth', request));
      // Auth refuses a request with problem details. Any other error comes from a sidecar that could not reach auth, and
      // is not for the client.
      if (reply.status >= 300 && !String(reply.headers['content-type']).includes('problem+json')) {
        throw unavailable(
          'the auth service',
          new Error(`answered ${reply.status}: ${reply.body.slice(0, 500)}`),
        );
      }
      context.status = reply.status;
      for (const name of REPLY_HEADERS) {
        const value = reply.headers[name];
        if (value !== undefined) context.set(name, value);
      }
      if (reply.status !== 204) context.body = reply.body;
    });
  }
}

function credentialsOf(context: Pick<Context, 'get'>): string {
  const authorization = context.get('authorization');
  if (authorization.length <= MAX_CREDENTIALS) return authorization;
  throw new AppError('bad_request', `Authorization may have at most ${MAX_CREDENTIALS} characters`);
}
