import Router from '@koa/router';
import type Koa from 'koa';
import type { z } from 'zod';
import { type DeliveryAnswer, readEvent } from '../contract/events.ts';
import { onlySidecar } from '../dapr/only-sidecar.ts';
import { isAppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { type Checks, health } from './health.ts';
import { createApp, type RequestState } from './koa-app.ts';
import { exposeMetrics, type Metrics } from './metrics.ts';

export interface SubscriberOptions {
  checks: Checks;
  /** Throws until events may be taken. */
  requireReady: () => Promise<unknown>;
  stopping: AbortSignal;
  apiToken: string | undefined;
  metrics: Metrics;
  log: Log;
}

/**
 * An application that takes the events of one topic from its sidecar, and nothing else. Binds no port.
 * `DROP` is for what no delivery could ever settle, as is an event that is not of its schema; a thrown error makes the
 * event come again. `gone` is aborted when the sidecar hangs up.
 */
export function createSubscriber<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  handle: (event: z.output<Schema>, gone: AbortSignal) => Promise<'SUCCESS' | 'DROP'>,
  { checks, requireReady: proved, stopping, apiToken, metrics, log }: SubscriberOptions,
): Koa<RequestState> {
  const router = new Router<RequestState>();

  router.post(path, async (context) => {
    const event = await readEvent(context.req, schema).catch((error: unknown) => {
      if (!isAppError(error, 'bad_request')) throw error;
      log.error({ err: error }, 'an event that nobody can read was dropped');
    });
    if (!event) {
      context.body = { status: 'DROP' } satisfies DeliveryAnswer;
      return;
    }
    await proved();
    const gone = new AbortController();
    context.res.once('close', () => gone.abort(new Error('the sidecar hung up')));
    context.body = { status: await handle(event, gone.signal) } satisfies DeliveryAnswer;
  });

  const app = createApp(log, metrics);
  app.use(health(checks, stopping)).use(exposeMetrics(metrics));
  app.use(onlySidecar(apiToken));
  app.use(router.routes());
  return app;
}
