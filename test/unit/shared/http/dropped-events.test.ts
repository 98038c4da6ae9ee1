import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { pino } from 'pino';
import { videoEvent } from '../../../../services/shared/contract/events.ts';
import { createMetrics } from '../../../../services/shared/http/metrics.ts';
import { createSubscriber } from '../../../../services/shared/http/subscriber.ts';
import { deliver, signedEvent, subscriberOptions } from '../../../support/deliver-event.ts';

const PATH = '/events/video';

function build() {
  const lines: { msg: string; topic: string; count?: number }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const metrics = createMetrics('subscriber');
  const options = { ...subscriberOptions(), metrics, log };
  const app = createSubscriber('video', videoEvent, async () => assert.fail('handled'), options);
  return { app, lines, metrics };
}

describe('events that are dropped', () => {
  it('are counted by their reason', async () => {
    const { app, metrics } = build();
    for (let times = 0; times < 3; times++) await deliver(app, PATH, { data: { job_id: 'forged' } });
    await deliver(app, PATH, signedEvent('video', { job_id: 'no id' }));
    const text = await metrics.registry.metrics();
    assert.match(text, /^events_dropped_total\{topic="video",reason="signature",service="subscriber"\} 3$/m);
    assert.match(text, /^events_dropped_total\{topic="video",reason="schema",service="subscriber"\} 1$/m);
  });

  it('are logged once for each reason, and then as a number every ten seconds', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { app, lines } = build();
      for (let times = 0; times < 50; times++) await deliver(app, PATH, { data: { job_id: 'forged' } });
      assert.deepEqual(
        lines.map(({ msg, topic }) => [msg, topic]),
        [['an event without a valid signature was dropped', 'video']],
      );
      assert.doesNotMatch(JSON.stringify(lines), /"forged"/);
      mock.timers.tick(10_000);
      assert.deepEqual(
        lines.slice(1).map(({ msg, count }) => [msg, count]),
        [['an event without a valid signature was dropped', 49]],
      );
      await deliver(app, PATH, 'x');
      assert.equal(lines.at(-1)?.msg, 'an unreadable event was dropped');
    } finally {
      mock.timers.reset();
    }
  });
});
