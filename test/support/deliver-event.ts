import assert from 'node:assert/strict';
import type Koa from 'koa';
import { pino } from 'pino';
import type { ProbePorts } from '../../services/converter/probe/routes.ts';
import type { EventSecrets } from '../../services/shared/contract/event-secret.ts';
import { EXAMPLE_SECRET, signMessage } from '../../services/shared/contract/signed-message.ts';
import { createMetrics } from '../../services/shared/http/metrics.ts';
import type { RequestState } from '../../services/shared/http/request-state.ts';
import type { SubscriberOptions } from '../../services/shared/http/subscriber.ts';
import { inProcess } from './in-process.ts';

/** All subscribers share one, because each collects metrics of the process until it ends. */
const metrics = createMetrics('subscriber');
const apiToken = 'the-token-of-the-sidecar';
/** Also signs the examples of the contract. */
export const eventSecrets: EventSecrets = [EXAMPLE_SECRET];

/** Options of a subscriber that is ready and accepts calls from its own sidecar alone. */
export const subscriberOptions = (): SubscriberOptions => ({
  checks: { sidecar: async () => undefined },
  requireReady: async () => undefined,
  stoppingSignal: new AbortController().signal,
  apiToken,
  eventSecrets,
  metrics,
  log: pino({ level: 'silent' }),
});

/** A converter with these is not asked for probes. */
export const noProbes: ProbePorts = {
  spool: { use: async () => assert.fail('a probe') },
  describe: async () => assert.fail('a probe'),
};

/** The CloudEvent of a message that the system has signed. */
export const signedEvent = (topic: string, message: object) => ({
  specversion: '1.0',
  data: signMessage(topic, message, eventSecrets),
});

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
