import assert from 'node:assert/strict';
import type Koa from 'koa';
import { pino } from 'pino';
import type { ProbePorts } from '../../services/converter/probe/routes.ts';
import { createMetrics } from '../../services/shared/http/metrics.ts';
import type { RequestState } from '../../services/shared/http/request-state.ts';
import type { SubscriberOptions } from '../../services/shared/http/subscriber.ts';
import { inProcess } from './in-process.ts';

/** All subscribers share one, because each collects metrics of the process until it ends. */
const metrics = createMetrics('subscriber');
const apiToken = 'the-token-of-the-sidecar';

/** Options of a subscriber that is ready and accepts calls from its own sidecar alone. */
export const subscriberOptions = (): SubscriberOptions => ({
  checks: { sidecar: async () => undefined },
  requireReady: async () => undefined,
  stoppingSignal: new AbortController().signal,
  apiToken,
  metrics,
  log: pino({ level: 'silent' }),
});

/** A converter with these is not asked for probes. */
export const noProbes: ProbePorts = {
  spool: { use: async () => assert.fail('a probe') },
  describe: async () => assert.fail('a probe'),
};

/** Delivers an event as a sidecar does. */
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
