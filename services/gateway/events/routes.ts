import { Readable } from 'node:stream';
import type Router from '@koa/router';
import type { Middleware, ParameterizedContext } from 'koa';
import { closedSignal } from '../../shared/http/client-closed.ts';
import { requireReadMethod } from '../../shared/http/read-methods.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { isFinal } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { scope } from '../accounts/access.ts';
import type { Authenticate } from '../accounts/authenticate.ts';
import { findOwnedJob } from '../jobs/find-owned.ts';
import { acquireForResponse, type ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import type { Queue } from '../queue/queue.ts';
import { followJob, stateId } from './follow-job.ts';
import { followOwner } from './follow-owner.ts';
import type { JobWatcher } from './job-watcher.ts';

export interface EventPorts {
  authenticate: Authenticate;
  jobs: JobStore;
  watcher: JobWatcher;
  queue: Queue;
  eventStreams: ConcurrencyLimit;
  /** How long a job stays in the index of active jobs after its last change, at least. */
  stallTimeoutMs: number;
  stoppingSignal: AbortSignal;
}

/**
 * The streams of server-sent events, of one job and of all jobs of a user. They have to come before the other routes of jobs,
 * because `events` could be taken for the id of a job.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventRoutes(router: Router<RequestState>, ports: EventPorts): void {
  const { authenticate, eventStreams, queue, stoppingSignal } = ports;

  router.get('/jobs/events', scope('read'), async (context) => {
    const user = await authenticate(context.get('authorization'));
    acquireForResponse(eventStreams, user, context.res);
    const lastEventId = context.get('last-event-id');
    stream(context, stoppingSignal, (signal) => followOwner(ports, user.id, lastEventId, signal));
  });

  router.get('/jobs/:id/events', scope('read'), async (context) => {
    const first = await findOwnedJob(context, ports);
    const lastEventId = context.get('last-event-id');
    if (isFinal(first.document) && stateId(first, queue) === lastEventId) {
      // By the standard, this status keeps an EventSource from connecting again.
      context.status = 204;
      return;
    }
    acquireForResponse(eventStreams, first.user, context.res);
    await queue.refresh(first.document);
    stream(context, stoppingSignal, (signal) => followJob(ports, first, lastEventId, signal));
  });
}

/** Otherwise the routes of `/jobs/:id` would take the other methods, for a job whose id is `events`. */
export const requireStreamMethod: Middleware = (context, next) => {
  if (context.path !== '/jobs/events' || ['GET', 'HEAD'].includes(context.method)) return next();
  context.set('Allow', 'HEAD, GET');
  if (context.method !== 'OPTIONS') return requireReadMethod(context);
  context.status = 200;
  context.body = '';
};

function stream(
  context: ParameterizedContext<RequestState>,
  stoppingSignal: AbortSignal,
  follow: (signal: AbortSignal) => AsyncIterable<string>,
): void {
  const signal = AbortSignal.any([closedSignal(context.res), stoppingSignal]);
  const { log } = context.state;
  context.type = 'text/event-stream';
  context.set('Cache-Control', 'no-store');
  context.set('X-Accel-Buffering', 'no');
  // With this mark, nothing is made in advance: a client that reads slowly gets the newest state.
  context.body = Readable.from(endQuietly(follow(signal), signal, log), {
    objectMode: false,
    highWaterMark: 1,
  });
}

/** Ends without an error when the client goes away or the gateway stops, and with a line in the log after any other error. */
async function* endQuietly(
  text: AsyncIterable<string>,
  signal: AbortSignal,
  log: RequestState['log'],
): AsyncGenerator<string> {
  try {
    yield* text;
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'an event stream broke off');
  }
}
