import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { baseOf, type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import type { Reply } from '../../../support/in-process.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { asOwner, buildGateway, type Gateway } from '../test-gateway.ts';

const follow = (gateway: Gateway, id: string) =>
  gateway.call('GET', `/jobs/${id}/events`, { headers: asOwner });
/** The jobs in the events of a stream, without comments and `retry`. */
const eventsOf = ({ text }: Reply) =>
  [...text.matchAll(/^event: job\ndata: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data ?? ''));

/** A stream that has begun. The clock stands still until `poll` moves it to the next read of the store. */
async function startStream(context: TestContext) {
  const clock = stoppedClock(context);
  const gateway = buildGateway();
  const job = await gateway.save(newJob());
  const get = context.mock.method(gateway.jobs, 'get');
  const reply = follow(gateway, job.id);
  const polled = async (times: number) => {
    await eventually(() => get.mock.callCount() === times);
    await runEventLoop(10);
  };
  await polled(1);
  const poll = async () => {
    const times = get.mock.callCount() + 1;
    clock.advance(500);
    await polled(times);
  };
  return { gateway, job, get, reply, poll };
}

describe('GET /jobs/:id/events', () => {
  const WARNINGS = [{ code: 'truncated', detail: 'The end is missing.', seconds: 1, of_seconds: 2 }];
  const FINAL = [done(), done({ warnings: WARNINGS }), failed(), newJob({ status: 'cancelled' })];
  for (const job of FINAL) {
    const { warnings } = viewOf(job);
    test(`sends a single event for a job that is ${job.status}, with its ${warnings.length} warnings`, async () => {
      const gateway = buildGateway();
      await gateway.save(job);
      const reply = await follow(gateway, job.id);
      assert.equal(reply.status, 200);
      assert.match(String(reply.headers['content-type']), /^text\/event-stream\b/);
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.equal(reply.headers['x-accel-buffering'], 'no');
      assert.deepEqual(eventsOf(reply), [viewOf(job)]);
      assert.deepEqual(eventsOf(reply)[0].warnings, job.status === 'done' ? job.warnings : []);
    });
  }

  test('sends each change once, and ends at a final state', async (context) => {
    const { gateway, job, reply, poll } = await startStream(context);
    for (const progress of [0.1, 0.2, 0.3]) {
      await gateway.jobs.update(job.id, (now) => newJob({ ...now, status: 'converting', progress }));
      for (let count = 0; count < 3; count++) await poll();
    }
    await gateway.jobs.update(job.id, (now) => done({ id: job.id, owner: now.owner }));
    await poll();
    assert.deepEqual(
      eventsOf(await reply).map(({ status, progress }) => [status, progress]),
      [
        ['queued', 0],
        ['converting', 0.1],
        ['converting', 0.2],
        ['converting', 0.3],
        ['done', 1],
      ],
    );
    assert.doesNotMatch((await reply).text, /secret-signature|ann@example/);
  });

  test('sends a comment every 15 seconds while nothing changes', async (context) => {
    let now = 0;
    context.mock.method(performance, 'now', () => now);
    const { gateway, reply, poll } = await startStream(context);
    for (let seconds = 0; seconds < 35; seconds += 0.5) {
      now += 500;
      await poll();
    }
    gateway.stopping.abort();
    assert.equal((await reply).text.match(/^: still here$/gm)?.length, 2);
  });

  test('ends without an error when the gateway stops', async (context) => {
    const { gateway, job, reply } = await startStream(context);
    gateway.stopping.abort(new Error('the service is stopping'));
    assert.deepEqual(eventsOf(await reply), [viewOf(job)]);
    assert.doesNotMatch(gateway.lines.text(), /broke off/);
  });

  test('goes on after the store was unavailable for a moment', async (context) => {
    const { gateway, job, get, reply, poll } = await startStream(context);
    get.mock.mockImplementationOnce(() => Promise.reject(unavailable('the store')), 1);
    await poll();
    await gateway.jobs.update(job.id, (now) => failed(baseOf(now)));
    await poll();
    assert.deepEqual(
      eventsOf(await reply).map(({ status }) => status),
      ['queued', 'failed'],
    );
  });

  const GONE: [how: string, make: (gateway: Gateway, job: Job) => Promise<unknown>][] = [
    ['is deleted', (gateway, { id }) => gateway.call('DELETE', `/jobs/${id}`, { headers: asOwner })],
    ['expires', ({ jobs }, { id }) => jobs.update(id, (job) => ({ ...job, expires_at: job.created_at }))],
    ['is missing', ({ state }, { id }) => state.delete(`job:${id}`)],
  ];
  for (const [how, make] of GONE) {
    test(`ends with the event gone when the job ${how}`, async (context) => {
      const { gateway, job, get, reply } = await startStream(context);
      get.mock.restore();
      await make(gateway, job);
      context.mock.timers.tick(500);
      const { text } = await reply;
      assert.equal(eventsOf(await reply).length, 1);
      assert.ok(text.endsWith(`event: gone\ndata: {"id":"${job.id}"}\n\n`), text);
      assert.doesNotMatch(gateway.lines.text(), /broke off/);
    });
  }

  test('answers 404 for a deleted job, because that ends an EventSource', async () => {
    const gateway = buildGateway();
    const job = await gateway.save(newJob({ status: 'deleted' }));
    assert.equal((await follow(gateway, job.id)).status, 404);
  });
});
