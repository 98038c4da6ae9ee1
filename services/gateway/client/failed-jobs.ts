import { pageOf } from '../jobs/job-page.ts';
import { type FailedJobView, failedJobView } from '../operator/failed-job-view.ts';
import type { Clock } from './http/clock.ts';
import type { Reply } from './http/reply.ts';
import { retry } from './http/retry.ts';
import type { ApiRequest, Transport } from './http/transport.ts';

const PAGE_SIZE = 100;
const IDLE_TIMEOUT_MS = 30_000;
const failedJobPage = pageOf(failedJobView);

export interface FailedJobPage {
  /** In a fixed order. A page may be short, or empty, although more jobs follow. */
  jobs: FailedJobView[];
  /** Null on the last page. */
  next_cursor: string | null;
}

/**
 * The failed jobs of all users, for an operator. Each method throws a ProblemError: `invalid_token` for a wrong token,
 * `not_found` also where the gateway was started without one.
 */
export interface FailedJobsApi {
  /** @param page `limit` is 1 to 100, by default 20; `cursor` is the `next_cursor` of the page before */
  page(page: { limit?: number; cursor?: string | null }): Promise<FailedJobPage>;
  /** Yields all failed jobs, page by page. */
  list(): AsyncGenerator<FailedJobView>;
  retry(id: string): Promise<void>;
  drop(id: string): Promise<void>;
}

/** @param token the OPERATOR_TOKEN. Without it, the cookie of an operator's page is used, see operator.ts. */
export function createFailedJobsApi(
  transport: Transport,
  token: string | undefined,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): FailedJobsApi {
  // The operator's requests are idempotent, so each may be repeated.
  const send = (request: Pick<ApiRequest, 'method' | 'path' | 'query'>): Promise<Reply> =>
    retry(
      () =>
        transport.send({
          ...request,
          ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
          idleTimeoutMs: IDLE_TIMEOUT_MS,
          signal,
        }),
      { clock, signal },
    );

  const getPage: FailedJobsApi['page'] = async ({ limit, cursor }) => {
    const query = { ...(limit !== undefined && { limit: String(limit) }), ...(cursor && { cursor }) };
    const reply = await send({ method: 'GET', path: '/operator/failed', query });
    return reply.json(failedJobPage);
  };

  return {
    page: getPage,

    async *list() {
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: FailedJobPage = await getPage({ limit: PAGE_SIZE, cursor });
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
