import { operatorSessionView } from '../operator/operator-session-view.ts';
import { type OperatorOverview, operatorOverview } from '../operator/overview-view.ts';
import { createFailedJobsApi, type FailedJobsApi } from './failed-jobs.ts';
import type { Clock } from './http/clock.ts';
import { jsonContent } from './http/json-content.ts';
import type { ApiRequest, Transport } from './http/transport.ts';

const IDLE_TIMEOUT_MS = 15_000;

/**
 * What an operator does on a page, whose session is in a cookie. Each method throws a ProblemError: `invalid_token` without a
 * session, `not_found` where the gateway was started without an OPERATOR_TOKEN.
 */
export interface OperatorApi extends Pick<FailedJobsApi, 'page' | 'retry' | 'drop'> {
  isSignedIn(): Promise<boolean>;
  /** @throws ProblemError `invalid_token` for a wrong token */
  signIn(token: string): Promise<void>;
  signOut(): Promise<void>;
  overview(): Promise<OperatorOverview>;
}

/** @param transport sends cookies, see `createTransport` */
export function createOperatorApi(
  transport: Transport,
  ports: { clock: Clock; signal: AbortSignal },
): OperatorApi {
  const send = (request: Pick<ApiRequest, 'method' | 'path' | 'headers' | 'body'>) =>
    transport.send({ ...request, idleTimeoutMs: IDLE_TIMEOUT_MS, signal: ports.signal });
  const path = '/operator/session';

  return {
    ...createFailedJobsApi(transport, undefined, ports),

    async isSignedIn() {
      const reply = await send({ method: 'GET', path });
      return (await reply.json(operatorSessionView)).signed_in;
    },

    async signIn(token) {
      const reply = await send({ method: 'POST', path, ...jsonContent({ token }) });
      await reply.discard();
    },

    async signOut() {
      const reply = await send({ method: 'DELETE', path });
      await reply.discard();
    },

    async overview() {
      const reply = await send({ method: 'GET', path: '/operator/overview' });
      return reply.json(operatorOverview);
    },
  };
}
