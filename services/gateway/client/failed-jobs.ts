import type { z } from 'zod';
import { pageOf } from '../jobs/job-page.ts';
import { type FailedJobView, failedJobView } from '../operator/failed-job-view.ts';
import type { Clock } from './http/clock.ts';
import type { Reply } from './http/reply.ts';
import { retry } from './http/retry.ts';
import type { ApiRequest, Transport } from './http/transport.ts';

const PAGE_SIZE = '100';
const IDLE_TIMEOUT_MS = 30_000;
const failedJobPage = pageOf(failedJobView);

/**
 * The failed jobs of all users, for an operator. Each method throws a ProblemError: `invalid_token` for a wrong token,
 * `not_found` also where the gateway was started without one.
 */
export interface FailedJobsApi {
  /** Yields all failed jobs, page by page. */
  list(): AsyncGenerator<FailedJobView>;
  retry(id: string): Promise<void>;
  drop(id: string): Promise<void>;
}

export function createFailedJobsApi(
  transport: Transport,
  token: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): FailedJobsApi {
  // The operator's requests are idempotent, so each may be repeated.
  const send = (request: Pick<ApiRequest, 'method' | 'path' | 'query'>): Promise<Reply> =>
    retry(
      () =>
        transport.send({
          ...request,
          headers: { authorization: `Bearer ${token}` },
          idleTimeoutMs: IDLE_TIMEOUT_MS,
          signal,
        }),
      { clock, signal },
    );

  return {
    async *list() {
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query: Record<string, string> = { limit: PAGE_SIZE, ...(cursor && { cursor }) };
        const reply = await send({ method: 'GET', path: '/operator/failed', query });
        const page: z.infer<typeof failedJobPage> = await reply.json(failedJobPage);
        yield* page.jobs;
        cursor = page.next_cursor;
      }
    },

    async retry(id) {
      const reply = await send({ method: 'POST', path: `/operator/failed/${id}/retry` });
      await reply.discard();
    },

    async drop(id) {
      const reply = await send({ method: 'DELETE', path: `/operator/failed/${id}` });
      await reply.discard();
    },
  };
}
