import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { type FailedJobView, failedJobView } from '../../operator/failed-jobs.ts';
import type { Clock } from '../convert/clock.ts';
import { Failure, isProblem } from '../convert/failure.ts';
import { type Call, type Gateway, readJson } from '../convert/gateway.ts';
import { retrying } from '../convert/retry.ts';

const PAGE = '100';
const SILENCE_MS = 30_000;
const page = z.object({ jobs: z.array(failedJobView), next_cursor: z.string().nullable() });

/** The operator's routes of the gateway. @throws Failure */
export interface DeadLetters {
  /** Yields all failed jobs, page by page. */
  list(): AsyncGenerator<FailedJobView>;
  retry(id: string): Promise<void>;
  drop(id: string): Promise<void>;
}

export function createDeadLetters(
  gateway: Gateway,
  token: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): DeadLetters {
  const send = async (call: Pick<Call, 'method' | 'path' | 'query'>) => {
    try {
      const headers = { authorization: `Bearer ${token}` };
      // The operator's requests are idempotent, so each may be repeated.
      const attempt = () => gateway.send({ ...call, headers, silence: SILENCE_MS, signal });
      return await retrying(attempt, { clock, signal });
    } catch (error) {
      if (!isProblem(error, 'invalid_token')) throw error;
      throw new Failure(
        `The gateway at ${gateway.url} has another OPERATOR_TOKEN. Is it the system of this folder? ` +
          'If not, put its token into MP3CONVERTER_OPERATOR_TOKEN.',
        { cause: error },
      );
    }
  };

  return {
    async *list() {
      let cursor: string | null = '';
      while (cursor !== null) {
        const query: Record<string, string> = { limit: PAGE, ...(cursor && { cursor }) };
        const reply: Dispatcher.ResponseData = await send({
          method: 'GET',
          path: '/operator/failed',
          query,
        }).catch((cause: unknown) => {
          if (!isProblem(cause, 'not_found')) throw cause;
          throw new Failure(
            `The gateway at ${gateway.url} has no OPERATOR_TOKEN: start it with one to operate it.`,
            { cause },
          );
        });
        const { jobs, next_cursor }: z.infer<typeof page> = await readJson(reply, page, gateway.url);
        yield* jobs;
        cursor = next_cursor;
      }
    },

    async retry(id) {
      const reply = await send({ method: 'POST', path: `/operator/failed/${id}/retry` });
      await reply.body.dump();
    },

    async drop(id) {
      const reply = await send({ method: 'DELETE', path: `/operator/failed/${id}` });
      await reply.body.dump();
    },
  };
}
