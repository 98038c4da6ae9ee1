import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Router from '@koa/router';
import type { RequestState } from '../../shared/http/request-state.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { isFinal, viewOf } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { acquireForResponse, type ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import { findOwnedJob } from './find-owned.ts';

const POLL_MS = 500;
/** Milliseconds after which a comment is sent, because proxies close a connection that is idle. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Streams a job as server-sent events: as it is, and after each change, until it is final. The last event of a job that is
 * deleted or expires meanwhile is `gone`. Without it, a client would connect again and get a 404.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function jobEventRoutes(
  router: Router<RequestState>,
  ports: {
    authenticate: Authenticate;
    jobs: JobStore;
    eventStreams: ConcurrencyLimit;
    stoppingSignal: AbortSignal;
  },
): void {
  router.get('/jobs/:id/events', async (context) => {
    const first = await findOwnedJob(context, ports);
    // Each stream reads the store twice a second.
    acquireForResponse(ports.eventStreams, first.document.owner, context.res);
    const body = new PassThrough();
    const closed = new AbortController();
    context.req.once('close', () => closed.abort());
    context.res.once('close', () => closed.abort());
    context.type = 'text/event-stream';
    context.set('Cache-Control', 'no-store');
    context.set('X-Accel-Buffering', 'no');
    context.body = body;
    const signal = AbortSignal.any([closed.signal, ports.stoppingSignal]);
    follow(ports.jobs, first, body, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) context.state.log.warn({ err: error }, 'an event stream broke off');
      })
      .finally(() => body.end());
  });
}

async function follow(
  jobs: JobStore,
  first: Stored<Job>,
  body: PassThrough,
  signal: AbortSignal,
): Promise<void> {
  let { document, etag } = first;
  const send = () => body.write(`event: job\ndata: ${JSON.stringify(viewOf(document))}\n\n`);
  body.write('retry: 1000\n\n');
  send();
  let quietSince = performance.now();
  while (!isFinal(document)) {
    await sleep(POLL_MS, undefined, { signal });
    const next = await jobs.get(document.id, signal).catch((error: unknown) => {
      // The store may be unavailable for a moment. That need not end the stream.
      if (isAppError(error, 'unavailable')) return undefined;
      if (isAppError(error, 'not_found')) return 'gone';
      throw error;
    });
    if (next === 'gone') {
      // Browsers ignore an event without data.
      body.write(`event: gone\ndata: ${JSON.stringify({ id: document.id })}\n\n`);
      return;
    }
    if (next && next.etag !== etag) {
      ({ document, etag } = next);
      send();
      quietSince = performance.now();
    } else if (performance.now() - quietSince > KEEP_ALIVE_MS) {
      body.write(': still here\n\n');
      quietSince = performance.now();
    }
  }
}
