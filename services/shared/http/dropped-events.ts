import { Counter } from 'prom-client';
import type { Topic } from '../contract/events.ts';
import { isAppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { createFailureLog } from './failure-log.ts';
import type { Metrics } from './metrics.ts';

const NAME = 'events_dropped_total';

/** By the label `reason` of the metric: what the log says. */
const MESSAGES = {
  signature: 'an event without a valid signature was dropped',
  schema: 'an unreadable event was dropped',
} as const;
type Reason = keyof typeof MESSAGES;

/**
 * Counts the events that are dropped because of what they are, and logs them. Whoever forges events may send any number of them,
 * so the log shows the first one, and then how many more there were in each ten seconds.
 * @returns takes an error of `readEvent`, and throws every other one
 */
export function createDroppedEvents(
  topic: Topic,
  { registry }: Metrics,
  log: Log,
): (error: unknown) => undefined {
  const counter = counterOf(registry);
  const failures = createFailureLog((reason, count) =>
    log.error({ topic, count }, MESSAGES[reason as Reason] ?? reason),
  );
  return (error) => {
    const reason = reasonOf(error);
    counter.inc({ topic, reason });
    failures(reason, () => log.error({ err: error, topic }, MESSAGES[reason]));
  };
}

function reasonOf(error: unknown): Reason {
  if (isAppError(error, 'forbidden')) return 'signature';
  if (isAppError(error, 'bad_request')) return 'schema';
  throw error;
}

function counterOf(registry: Metrics['registry']): Counter<'topic' | 'reason'> {
  const known = registry.getSingleMetric(NAME);
  if (known instanceof Counter) return known;
  return new Counter({
    name: NAME,
    help: 'Events that were dropped: without a valid signature of this system, or unreadable',
    labelNames: ['topic', 'reason'],
    registers: [registry],
  });
}
