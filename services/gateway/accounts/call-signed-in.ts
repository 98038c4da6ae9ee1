import type { Context } from 'koa';
import type { InvokeReply } from '../../shared/dapr/sidecar.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import type { Authenticate } from './authenticate.ts';
import type { AuthRequest, CallAuth } from './call-auth.ts';

export interface SignedInPorts {
  authenticate: Authenticate;
  callAuth: CallAuth;
}

/**
 * Calls auth with the access token of the request. Throws `invalid_token` without a call where it is not valid.
 * @param request what to ask auth; a function is called once the token was found valid, so that a request without one learns nothing
 * of what the function checks
 */
export async function callSignedIn(
  { authenticate, callAuth }: SignedInPorts,
  context: Context & { state: RequestState },
  request: AuthRequest | (() => AuthRequest),
): Promise<InvokeReply> {
  const authorization = context.get('authorization');
  await authenticate(authorization);
  return callAuth(context, { ...(typeof request === 'function' ? request() : request), authorization });
}
