import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { baseOf, type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually, turns } from '../../../support/event-loop.ts';
import type { Reply } from '../../../support/in-process.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { asOwner, buildGateway, type Gateway } from '../build.ts';

const follow = (gateway: Gateway, id: string) =>
  gateway.call('GET', `/jobs/${id}/events`, { headers: asOwner });
/** The jobs that a stream told of; comments and `retry` are not among them. */
const told = ({ text }: Reply) =>
  [...text.matchAll(/^event: job\ndata: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data ?? ''));

/** A stream that has begun, and a clock that stands still until the next `poll` of the store. */
async function watched(context: TestContext) {
  const clock = stoppedClock(context);
  const gateway = buildGateway();
  const job = await gateway.save(newJob());
  const get = context.mock.method(gateway.jobs, 'get');
  const reply = follow(gateway, job.id);
  const polled = async (times: number) => {
    await eventually(() => get.mock.callCount() === times);
    await turns(10);
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
  for (const job of [done(), failed(), newJob({ status: 'cancelled' })]) {
    test(`of a job that is ${job.status} is that one event`, async () => {
      const gateway = buildGateway();
      await gateway.save(job);
      const reply = await follow(gateway, job.id);
      assert.equal(reply.status, 200);
      assert.match(String(reply.headers['content-type']), /^text\/event-stream\b/);
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.equal(reply.headers['x-accel-buffering'], 'no');
      assert.deepEqual(told(reply), [viewOf(job)]);
    });
  }

  test('tells of each change once, and ends at a final state', async (context) => {
    const { gateway, job, reply, poll } = await watched(context);
    for (const progress of [0.1, 0.2, 0.3]) {
      await gateway.jobs.update(job.id, (now) => newJob({ ...now, status: 'converting', progress }));
      for (let count = 0; count < 3; count++) await poll();
    }
    await gateway.jobs.update(job.id, (now) => done({ id: job.id, owner: now.owner }));
    await poll();
    assert.deepEqual(
      told(await reply).map(({ status, progress }) => [status, progress]),
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

  test('says something every 15 seconds while nothing happens', async (context) => {
    let now = 0;
    context.mock.method(performance, 'now', () => now);
    const { gateway, reply, poll } = await watched(context);
    for (let seconds = 0; seconds < 35; seconds += 0.5) {
      now += 500;
      await poll();
    }
    gateway.stopping.abort();
    assert.equal((await reply).text.match(/^: still here$/gm)?.length, 2);
  });

  test('ends when the gateway stops, without an error', async (context) => {
    const { gateway, job, reply } = await watched(context);
    gateway.stopping.abort(new Error('the service is stopping'));
    assert.deepEqual(told(await reply), [viewOf(job)]);
    assert.doesNotMatch(gateway.lines.text(), /broke off/);
  });

  test('goes on when the store was away for a moment', async (context) => {
    const { gateway, job, get, reply, poll } = await watched(context);
    get.mock.mockImplementationOnce(() => Promise.reject(unavailable('the store')), 1);
    await poll();
    await gateway.jobs.update(job.id, (now) => failed(baseOf(now)));
    await poll();
    assert.deepEqual(
      told(await reply).map(({ status }) => status),
      ['queued', 'failed'],
    );
  });

  const GONE: [how: string, make: (gateway: Gateway, job: Job) => Promise<unknown>][] = [
    ['is deleted', (gateway, { id }) => gateway.call('DELETE', `/jobs/${id}`, { headers: asOwner })],
    ['expires', ({ jobs }, { id }) => jobs.update(id, (job) => ({ ...job, expires_at: job.created_at }))],
    ['is there no more', ({ state }, { id }) => state.delete(`job:${id}`)],
  ];
  for (const [how, make] of GONE) {
    test(`ends with \`gone\` when the job ${how}`, async (context) => {
      const { gateway, job, get, reply } = await watched(context);
      get.mock.restore();
      await make(gateway, job);
      context.mock.timers.tick(500);
      const { text } = await reply;
      assert.equal(told(await reply).length, 1);
      assert.ok(text.endsWith(`event: gone\ndata: {"id":"${job.id}"}\n\n`), text);
      assert.doesNotMatch(gateway.lines.text(), /broke off/);
    });
  }

  test('does not exist for a job that was deleted: 404 is what ends an EventSource', async () => {
    const gateway = buildGateway();
    const job = await gateway.save(newJob({ status: 'deleted' }));
    assert.equal((await follow(gateway, job.id)).status, 404);
  });
});
