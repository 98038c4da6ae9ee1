import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unavailable } from '../../../services/shared/errors.ts';
import { viewOf } from '../../../services/shared/jobs.ts';
import { stoppedClock } from '../../support/clock.ts';
import type { Reply } from '../../support/in-process.ts';
import { done, failed, newJob } from '../../support/job.ts';
import { turns } from '../../support/turns.ts';
import { asOwner, buildGateway, type Gateway } from './build.ts';

const follow = (gateway: Gateway, id: string) =>
  gateway.call('GET', `/jobs/${id}/events`, { headers: asOwner });
/** The jobs that a stream told of; comments and `retry` are not among them. */
const told = ({ text }: Reply) =>
  [...text.matchAll(/^event: job\ndata: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data ?? ''));

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
    const clock = stoppedClock(context);
    const gateway = buildGateway();
    const job = await gateway.save(newJob());
    const stream = follow(gateway, job.id);
    for (const progress of [0.1, 0.2, 0.3]) {
      await turns();
      await gateway.jobs.update(job.id, (now) => ({ ...now, status: 'converting', progress }));
      for (let poll = 0; poll < 3; poll++) {
        clock.advance(500);
        await turns(20);
      }
    }
    await gateway.jobs.update(job.id, (now) => ({ ...now, ...done({ id: job.id }), owner: now.owner }));
    const reply = await clock.until(stream);
    assert.deepEqual(
      told(reply).map(({ status, progress }) => [status, progress]),
      [
        ['queued', 0],
        ['converting', 0.1],
        ['converting', 0.2],
        ['converting', 0.3],
        ['done', 1],
      ],
    );
    assert.doesNotMatch(reply.text, /secret-signature|ann@example/);
  });

  test('says something now and then while nothing happens', async (context) => {
    const clock = stoppedClock(context);
    let now = 0;
    context.mock.method(performance, 'now', () => now);
    const gateway = buildGateway();
    const job = await gateway.save(newJob());
    const stream = follow(gateway, job.id);
    for (let poll = 0; poll < 70; poll++) {
      await turns(5);
      now += 500;
      clock.advance(500);
    }
    gateway.stopping.abort();
    const { text } = await stream;
    assert.equal(text.match(/^: still here$/gm)?.length, 2);
  });

  test('ends when the gateway stops, without an error', async () => {
    const gateway = buildGateway();
    const job = await gateway.save(newJob());
    const stream = follow(gateway, job.id);
    await turns();
    gateway.stopping.abort(new Error('the service is stopping'));
    const reply = await stream;
    assert.deepEqual(told(reply), [viewOf(job)]);
    assert.doesNotMatch(gateway.lines.text(), /broke off/);
  });

  test('goes on when the store was away for a moment', async (context) => {
    const clock = stoppedClock(context);
    const gateway = buildGateway();
    const job = await gateway.save(newJob());
    const get = context.mock.method(gateway.jobs, 'get');
    const stream = follow(gateway, job.id);
    await turns();
    get.mock.mockImplementationOnce(() => Promise.reject(unavailable('the store')), 1);
    clock.advance(500);
    await turns();
    await gateway.jobs.update(job.id, (now) => ({ ...now, status: 'failed' }));
    const reply = await clock.until(stream);
    assert.deepEqual(
      told(reply).map(({ status }) => status),
      ['queued', 'failed'],
    );
  });

  test('ends when the job is there no more', async (context) => {
    const clock = stoppedClock(context);
    const gateway = buildGateway();
    const job = await gateway.save(newJob());
    const stream = follow(gateway, job.id);
    await turns();
    await gateway.state.delete(`job:${job.id}`);
    assert.equal(told(await clock.until(stream)).length, 1);
  });
});
