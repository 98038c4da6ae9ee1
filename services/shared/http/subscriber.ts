import Router from '@koa/router';
import type Koa from 'koa';
import type { z } from 'zod';
import type { EventSecrets } from '../contract/event-secret.ts';
import { DELIVERY_PATHS, type DeliveryAnswer, readEvent, type Topic } from '../contract/events.ts';
import { requireSidecarToken } from '../dapr/require-sidecar-token.ts';
import type { Log } from '../runtime/log.ts';
import { closedSignal } from './client-closed.ts';
import { createDroppedEvents } from './dropped-events.ts';
import { type Checks, health } from './health.ts';
import { createApp } from './koa-app.ts';
import { exposeMetrics, type Metrics } from './metrics.ts';
import type { RequestState } from './request-state.ts';

export interface SubscriberOptions {
  checks: Checks;
  /** What `/readyz` shows beside the checks. */
  readyDetails?: Record<string, unknown>;
  /** Throws until the service is ready to handle events. */
  requireReady: () => Promise<unknown>;
  stoppingSignal: AbortSignal;
  apiToken: string | undefined;
  /** The secrets with which the system signs its events. */
  eventSecrets: EventSecrets;
  metrics: Metrics;
  log: Log;
}

/** Adds other routes for which the sidecar may call the service. */
export type AddRoutes = (router: Router<RequestState>) => void;

/**
 * An application that gets the events of one topic from its sidecar, and calls of the routes that are added. It binds no port.
 * `handle` gets only events that the system has signed. It returns `DROP` for an event that no further delivery could settle; one
 * without a valid signature, and one that does not match its schema, are dropped too. After an error, the sidecar delivers the event again. `signal` is aborted when the sidecar closes the connection.
 */
export function createSubscriber<Schema extends z.ZodType>(
  topic: Topic,
  schema: Schema,
  handle: (event: z.output<Schema>, signal: AbortSignal) => Promise<'SUCCESS' | 'DROP'>,
  {
    checks,
    readyDetails,
    requireReady,
    stoppingSignal,
    apiToken,
    eventSecrets,
    metrics,
    log,
    addRoutes,
  }: SubscriberOptions & { addRoutes?: AddRoutes },
): Koa<RequestState> {
  const router = new Router<RequestState>();

  const dropped = createDroppedEvents(topic, metrics, log);
  const source = { topic, schema, secrets: eventSecrets };

  router.post(DELIVERY_PATHS[topic], async (context) => {
    const event = await readEvent(context.req, source).catch(dropped);
    if (!event) {
      context.body = { status: 'DROP' } satisfies DeliveryAnswer;
      return;
    }
    await requireReady();
    context.body = { status: await handle(event, closedSignal(context.res)) } satisfies DeliveryAnswer;
  });

  addRoutes?.(router);
  const app = createApp(log, metrics);
  app.use(health(checks, stoppingSignal, readyDetails)).use(exposeMetrics(metrics));
  app.use(requireSidecarToken(apiToken));
  app.use(router.routes());
  return app;
}
