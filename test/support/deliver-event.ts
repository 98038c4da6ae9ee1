import type Koa from 'koa';
import { pino } from 'pino';
import type { RequestState } from '../../services/shared/http/koa-app.ts';
import { createMetrics } from '../../services/shared/http/metrics.ts';
import type { SubscriberOptions } from '../../services/shared/http/subscriber.ts';
import { inProcess } from './in-process.ts';

/** One for all: each collects figures of the process until it ends. */
const metrics = createMetrics('subscriber');
const apiToken = 'the-token-of-the-sidecar';

/** What every subscriber is made with; it is ready, and of its sidecar. */
export const subscriberOptions = (): SubscriberOptions => ({
  checks: { sidecar: async () => undefined },
  requireReady: async () => undefined,
  stopping: new AbortController().signal,
  apiToken,
  metrics,
  log: pino({ level: 'silent' }),
});

/** One delivery, as a sidecar makes it. */
export function deliver(
  app: Koa<RequestState>,
  path: string,
  body: string | object,
  token: Record<string, string> = { 'dapr-api-token': apiToken },
) {
  return inProcess(app)('POST', path, {
    headers: { 'content-type': 'application/cloudevents+json', ...token },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
