import type { Context } from 'koa';
import type { InvokeReply, InvokeRequest, Sidecar } from '../../shared/dapr/sidecar.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { traceparentOf } from '../../shared/http/trace-context.ts';
import { AppError, unavailable } from '../../shared/runtime/errors.ts';
import type { ClientAddress } from '../limits/client-address.ts';
import { type AccountLimit, createAccountLimits } from './account-limits.ts';

/**
 * The most bytes of an Authorization header. The longest valid credentials have 1,714 characters. A sidecar rejects headers
 * above 4 KiB with an error that looks like an outage of auth.
 */
const MAX_CREDENTIALS = 2048;

/** Characters of a user agent that auth gets. */
const MAX_USER_AGENT = 200;

export interface AuthRequest extends Pick<InvokeRequest, 'path' | 'body'> {
  /** Default: POST. */
  method?: InvokeRequest['method'];
  limit: AccountLimit;
  /** The other system at which somebody signs in, for the limit `providers`. */
  provider?: string;
  /** Value of `Authorization`. */
  authorization?: string;
}

/** Calls auth for a request. Resolves with its answer, also with a refusal as problem details. Throws `unavailable`. */
export type CallAuth = (context: RequestContext, request: AuthRequest) => Promise<InvokeReply>;
type RequestContext = Context & { state: RequestState };

/**
 * @param clientAddress tells auth from which address a request comes, in `x-client-address`. That header of a client never reaches
 * auth.
 */
export function createCallAuth(invoke: Sidecar['invoke'], clientAddress: ClientAddress): CallAuth {
  const runLimited = createAccountLimits(clientAddress);
  return async (context, { method = 'POST', path, limit, provider, body, authorization }) => {
    const address = clientAddress(context.req);
    const request: InvokeRequest = {
      method,
      path,
      headers: {
        traceparent: traceparentOf(context.state.traceId),
        ...userAgentOf(context),
        ...(address !== undefined && { 'x-client-address': address }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(authorization !== undefined && { authorization: bounded(authorization) }),
      },
      ...(body !== undefined && { body }),
    };
    const reply = await runLimited(limit, context, () => invoke('auth', request), provider);
    // Auth refuses a request with problem details. Any other error comes from a sidecar that could not reach auth, and
    // is not for the client.
    if (reply.status >= 300 && !String(reply.headers['content-type']).includes('problem+json')) {
      throw unavailable('the auth service', new Error(`answered ${reply.status}${sidecarError(reply.body)}`));
    }
    return reply;
  };
}

/** The code that Dapr gives to its error. Nothing else of a body that we do not know is for a log: it could quote credentials. */
function sidecarError(body: string): string {
  const code = /"errorCode":\s*"(\w{1,50})"/.exec(body)?.[1];
  return code === undefined ? '' : `: ${code}`;
}

const REPLY_HEADERS = [
  ...['content-type', 'cache-control', 'retry-after', 'www-authenticate'],
  ...['ratelimit', 'ratelimit-policy'],
];

/** Answers with the answer of auth. Only the headers that are listed here pass. */
export function passOn(context: Context, reply: InvokeReply): void {
  context.status = reply.status;
  for (const name of REPLY_HEADERS) {
    const value = reply.headers[name];
    if (value !== undefined) context.set(name, value);
  }
  if (reply.status !== 204) context.body = reply.body;
}

/** Under a name of its own, because a sidecar sets `User-Agent`. Only printable ASCII passes. */
function userAgentOf(context: Context): Record<string, string> {
  const text = context
    .get('user-agent')
    .replace(/[^ -~]+/g, ' ')
    .slice(0, MAX_USER_AGENT)
    .trim();
  return text === '' ? {} : { 'x-client-user-agent': text };
}

function bounded(authorization: string): string {
  if (authorization.length <= MAX_CREDENTIALS) return authorization;
  throw new AppError('bad_request', `Authorization may have at most ${MAX_CREDENTIALS} characters`);
}
