import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { baseOf, type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import type { Reply } from '../../../support/in-process.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { asOwner, buildGateway, type Gateway } from '../test-gateway.ts';
import { eventsIn } from './open-stream.ts';

const follow = (gateway: Gateway, id: string, lastEventId?: string) =>
  gateway.call('GET', `/jobs/${id}/events`, {
    headers: { ...asOwner, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
  });
/** The jobs in the events of a stream, without comments and `retry`. */
const eventsOf = ({ text }: Reply) =>
  eventsIn(text)
    .filter(({ event }) => event === 'job')
    .map(({ data }) => data);
const idsOf = ({ text }: Reply) => eventsIn(text).map(({ id }) => id);

/** Waits until a stream has begun. Tokens are checked in another thread, so that turns of the event loop say nothing. */
async function watched({ live }: Gateway): Promise<void> {
  await eventually(() => live.watcher.size === 1);
  await runEventLoop(40);
}

/** A stream that has begun. The clock stands still until `poll` moves it to the next read of the store. */
async function startStream(context: TestContext, given: Partial<Job> = {}) {
  const clock = stoppedClock(context);
  const gateway = buildGateway();
  const job = await gateway.save(newJob(given as object));
  const getMany = context.mock.method(gateway.jobs, 'getMany');
  const reply = follow(gateway, job.id);
  const settle = () => runEventLoop(40);
  await watched(gateway);
  const poll = async () => {
    clock.advance(1_000);
    await settle();
  };
  return { gateway, job, getMany, reply, poll };
}

describe('GET /jobs/:id/events', () => {
  test('sends the new name of a job that is renamed', async (context) => {
    const { gateway, job, reply, poll } = await startStream(context);
    await gateway.call('PATCH', `/jobs/${job.id}`, { headers: asOwner, body: { filename: 'b.mp4' } });
    await poll();
    await gateway.call('POST', `/jobs/${job.id}/cancel`, { headers: asOwner });
    await poll();
    const states = eventsOf(await reply).map(({ filename, status }) => [filename, status]);
    assert.deepEqual(states, [
      ['Ferien.mp4', 'queued'],
      ['b.mp4', 'queued'],
      ['b.mp4', 'cancelled'],
    ]);
  });

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
    for (let seconds = 0; seconds < 35; seconds += 1) {
      now += 1_000;
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
    const { gateway, job, getMany, reply, poll } = await startStream(context);
    const calls = getMany.mock.callCount();
    getMany.mock.mockImplementationOnce(() => Promise.reject(unavailable('the store')), calls);
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
      const { gateway, job, reply, poll } = await startStream(context);
      await make(gateway, job);
      await poll();
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

  test('sends a client that has seen the newest state nothing, and then each change', async () => {
    for (const [change, expected] of [
      [false, []],
      [true, [0.5]],
    ] as const) {
      const first = buildGateway();
      const job = await first.save(newJob({ status: 'converting', progress: 0.1 }));
      const cut = follow(first, job.id);
      await watched(first);
      first.stopping.abort();
      const lastEventId = idsOf(await cut).at(-1);
      assert.match(lastEventId ?? '', /^[\w-]{22}$/);

      // Another replica, which has only the store in common.
      const other = buildGateway({ state: first.state });
      if (change)
        await other.jobs.update(job.id, (now) => newJob({ ...now, status: 'converting', progress: 0.5 }));
      const resumed = follow(other, job.id, lastEventId);
      await watched(other);
      other.stopping.abort();
      assert.deepEqual(
        eventsOf(await resumed).map(({ progress }) => progress),
        expected,
      );
    }
  });

  for (const lastEventId of ['', 'x', '0', '-1', 'x'.repeat(4_000), '%00']) {
    test(`sends the job for the unknown Last-Event-ID ${lastEventId.slice(0, 10)}`, async () => {
      const gateway = buildGateway();
      const job = await gateway.save(done());
      assert.deepEqual(eventsOf(await follow(gateway, job.id, lastEventId)), [viewOf(job)]);
    });
  }

  test('answers 204 to a client that has seen the end, because that ends an EventSource', async () => {
    const gateway = buildGateway();
    const job = await gateway.save(done());
    const [id] = idsOf(await follow(gateway, job.id));
    const { status, text } = await follow(gateway, job.id, id);
    assert.deepEqual([status, text], [204, '']);
  });
});
