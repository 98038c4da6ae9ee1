import Koa, { type Middleware } from 'koa';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from './metrics.ts';
import { answerWithProblems } from './problem-details.ts';
import { requireBounds } from './request-bounds.ts';
import type { RequestState } from './request-state.ts';
import { newTraceId, readTraceId } from './trace-context.ts';

/** A Koa application with the middleware that all services share: trace id, request log, and errors as problem details. */
export function createApp(log: Log, metrics?: Metrics): Koa<RequestState> {
  const app = new Koa<RequestState>();
  app.use(trace(log));
  // Before the middleware that turns errors into responses. After it, a refused request would count as Koa's default 404.
  if (metrics) app.use(metrics.observe);
  app.use(answerWithProblems(log));
  app.use(requireBounds);
  // Koa reports here only that a client closed its connection while it was getting the response.
  app.on('error', (error: unknown) => log.debug({ err: error }, 'connection failed'));
  return app;
}

function trace(log: Log): Middleware<RequestState> {
  return async (context, next) => {
    const traceId = readTraceId(context.get('traceparent')) ?? newTraceId();
    let ownLog: Log | undefined;
    context.state = {
      traceId,
      // Most requests write no line.
      get log() {
        ownLog ??= log.child({ trace_id: traceId });
        return ownLog;
      },
    };
    context.set('X-Content-Type-Options', 'nosniff');
    await next();
  };
}
