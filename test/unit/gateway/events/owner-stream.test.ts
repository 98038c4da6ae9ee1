import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { chunksOf } from '../client/test-transport.ts';
import { asOwner, asStranger, buildGateway, type Gateway, STRANGER } from '../test-gateway.ts';
import { type OpenStream, openStream } from './open-stream.ts';

/** A gateway whose clock stands still until `pass` moves it. */
function setUp(context: TestContext, options: Parameters<typeof buildGateway>[0] = {}) {
  const clock = stoppedClock(context);
  let time = 0;
  const now = () => time;
  const gateway = buildGateway({ now, ...options });
  context.after(() => gateway.stopping.abort());
  return {
    gateway,
    now,
    async pass(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        time += 1_000;
        clock.advance(1_000);
        await runEventLoop(40);
      }
    },
  };
}

const open = async (gateway: Gateway, lastEventId?: string, headers: Record<string, string> = asOwner) => {
  const stream = await openStream(gateway, '/jobs/events', {
    ...headers,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  });
  await runEventLoop(60);
  return stream;
};
/** The events in short: the name, and status or id. */
const brief = (stream: OpenStream) =>
  stream.events().map(({ event, data }) => {
    if (event === 'job') return `${data.filename} ${data.status}`;
    if (event === 'snapshot') return `snapshot ${data.unfinished}${data.resumed ? ' resumed' : ''}`;
    return event;
  });
const film = (name: string, fields: object = {}) => newJob({ filename: name, ...fields } as object);
const lastIdOf = (stream: OpenStream) => stream.events().findLast(({ id }) => id !== undefined)?.id;
const cancelJob = (gateway: Gateway, { id }: Job) =>
  gateway.call('POST', `/jobs/${id}/cancel`, { headers: asOwner });
const renameJob = (gateway: Gateway, { id }: Job, filename: string) =>
  gateway.call('PATCH', `/jobs/${id}`, { headers: asOwner, body: { filename } });
const deleteJob = (gateway: Gateway, { id }: Job) =>
  gateway.call('DELETE', `/jobs/${id}`, { headers: asOwner });

describe('GET /jobs/events', () => {
  it('begins with the unfinished jobs, and says so', async (context) => {
    const { gateway } = setUp(context);
    await gateway.save(film('a'));
    await gateway.save(done({ filename: 'b' }));
    await gateway.save(film('c', { status: 'converting' }));
    await gateway.save(film('d', { status: 'uploading' }));
    await gateway.save(film('e', { status: 'deleted' }));
    const stream = await open(gateway);
    assert.equal(stream.status, 200);
    assert.match(String(stream.response.headers['content-type']), /^text\/event-stream\b/);
    assert.equal(stream.response.headers['cache-control'], 'no-store');
    assert.match(stream.text(), /^retry: 1000\n\n/);
    assert.deepEqual(brief(stream).sort(), ['a queued', 'c converting', 'snapshot 2']);
    assert.equal(brief(stream).at(-1), 'snapshot 2');
  });

  it('sends new jobs, changes, ends and deletions, and does not end by itself', async (context) => {
    const { gateway, pass } = setUp(context);
    const stream = await open(gateway);
    await pass(2);
    const job = await gateway.save(film('a'));
    await pass(2);
    await gateway.jobs.update(job.id, (now) => newJob({ ...now, status: 'converting', progress: 0.5 }));
    await pass(2);
    await gateway.jobs.update(job.id, (now) => done({ ...now, filename: 'a' } as object));
    await pass(2);
    await deleteJob(gateway, job);
    await pass(3);
    assert.deepEqual(brief(stream), ['snapshot 0', 'a queued', 'a converting', 'a done', 'gone']);
    assert.deepEqual(stream.events().at(-1)?.data, { id: job.id });
    const again = await gateway.save(film('b'));
    await pass(2);
    await cancelJob(gateway, again);
    await pass(3);
    assert.deepEqual(brief(stream).slice(5), ['b queued', 'b cancelled']);
  });

  it('sends a job that ended long ago when it is converted again or deleted', async (context) => {
    const { gateway, pass } = setUp(context);
    const [retried, deleted] = [failed({ filename: 'a' }), done({ filename: 'b' })];
    for (const job of [retried, deleted]) await gateway.jobs.create(job);
    await gateway.blobs.write(retried.videoBlobId, chunksOf(Buffer.from('x')), {
      expires: new Date(retried.expires_at),
    });
    const stream = await open(gateway);
    await gateway.call('POST', `/jobs/${retried.id}/retry`, { headers: asOwner });
    await deleteJob(gateway, deleted);
    await pass(3);
    assert.deepEqual(brief(stream).slice(1).sort(), ['a queued', 'gone']);
  });

  it('sends a job that is renamed, also one that ended long ago', async (context) => {
    const { gateway, pass } = setUp(context);
    const queued = await gateway.save(film('a'));
    const ended = done({ filename: 'b' });
    await gateway.jobs.create(ended);
    const stream = await open(gateway);
    await renameJob(gateway, queued, 'c');
    await pass(3);
    await renameJob(gateway, ended, 'd');
    await pass(3);
    assert.deepEqual(brief(stream), ['a queued', 'snapshot 1', 'c queued', 'd done']);
  });

  it('says nothing about an upload that is given up', async (context) => {
    const { gateway, pass } = setUp(context);
    const stream = await open(gateway);
    const job = await gateway.save(film('a', { status: 'uploading' }));
    await pass(3);
    await gateway.jobs.update(job.id, (now) => newJob({ ...now, status: 'deleted' }));
    await pass(3);
    assert.deepEqual(brief(stream), ['snapshot 0']);
  });

  it('never shows jobs of other users', async (context) => {
    const { gateway, pass } = setUp(context);
    const theirs = await gateway.save(film('secret', { owner: STRANGER.id }));
    const [mine, stranger] = [await open(gateway), await open(gateway, undefined, asStranger)];
    const later = await gateway.save(film('another secret', { owner: STRANGER.id }));
    await pass(3);
    for (const { id } of [theirs, later])
      await gateway.jobs.update(id, (now) => newJob({ ...now, status: 'converting', progress: 0.5 }));
    await pass(3);
    await gateway.call('DELETE', `/jobs/${theirs.id}`, { headers: asStranger });
    await pass(3);
    assert.deepEqual(brief(mine), ['snapshot 0']);
    assert.doesNotMatch(mine.text(), /secret/);
    assert.doesNotMatch(mine.text(), new RegExp(`${theirs.id}|${later.id}`));
    assert.ok(brief(stranger).includes('gone') && brief(stranger).includes('another secret converting'));
    assert.doesNotMatch(stranger.text(), /ann@example|secret-signature/);
  });

  it('is refused without a token', async () => {
    const { status, json } = await buildGateway().call('GET', '/jobs/events');
    assert.deepEqual([status, json.code], [401, 'invalid_token']);
  });

  it('counts among the event streams of the user', async (context) => {
    const { gateway } = setUp(context, { limits: { eventStreams: { all: 10, perUser: 2 } } });
    const streams = [await open(gateway), await open(gateway)];
    const refused = await gateway.call('GET', '/jobs/events', { headers: asOwner });
    assert.deepEqual([refused.status, refused.json.code], [429, 'too_many_requests']);
    streams[0]?.close();
    await runEventLoop(60);
    assert.equal((await open(gateway)).status, 200);
  });

  it('sends a heartbeat at least every 15 seconds, with an id that says what the client knows', async (context) => {
    const { gateway, pass, now } = setUp(context);
    context.mock.method(performance, 'now', now);
    const stream = await open(gateway);
    await pass(46);
    assert.ok((stream.text().match(/^: still here$/gm)?.length ?? 0) >= 3);
    const ids = stream.events().map(({ id }) => Number.parseInt(id ?? '', 36));
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    assert.ok((ids.at(-1) ?? 0) - (ids[0] ?? 0) >= 30_000);
  });

  it('lives on while the store is unavailable, also before its first event', async (context) => {
    const { gateway, pass, now } = setUp(context);
    context.mock.method(performance, 'now', now);
    const job = await gateway.save(film('a'));
    const getMany = context.mock.method(gateway.state, 'getMany', async () =>
      Promise.reject(unavailable('the store')),
    );
    const stream = await open(gateway);
    await pass(30);
    assert.deepEqual(brief(stream), []);
    assert.equal(stream.text().match(/^: still here$/gm)?.length, 2);
    getMany.mock.restore();
    await pass(3);
    assert.deepEqual(brief(stream), ['a queued', 'snapshot 1']);
    context.mock.method(gateway.state, 'getMany', async () => Promise.reject(unavailable('the store')));
    await pass(20);
    context.mock.restoreAll();
    context.mock.method(performance, 'now', now);
    await gateway.jobs.update(job.id, (before) => newJob({ ...before, status: 'cancelled' }));
    await pass(3);
    assert.deepEqual(brief(stream).at(-1), 'a cancelled');
    assert.doesNotMatch(gateway.lines.text(), /broke off/);
  });

  it('tells the end of a job that was cleaned up while the store was unavailable', async (context) => {
    const { gateway, pass } = setUp(context);
    const [ended, deleted] = [await gateway.save(film('a')), await gateway.save(film('b'))];
    const stream = await open(gateway);
    await gateway.jobs.update(ended.id, (now) => done({ ...now, filename: 'a' } as object));
    await gateway.state.delete(`job:${deleted.id}`);
    for await (const entries of gateway.index.listActive()) await gateway.index.removeActive(entries);
    await pass(3);
    assert.deepEqual(brief(stream).slice(-2).sort(), ['a done', 'gone']);
  });

  it('tells a client that was cut off what ended meanwhile, on any replica', async (context) => {
    const { gateway, pass, now } = setUp(context);
    const jobs = [
      await gateway.save(film('a')),
      await gateway.save(film('b')),
      await gateway.save(film('c')),
    ];
    const [a, b, c] = jobs as [Job, Job, Job];
    await gateway.save(done({ filename: 'old', updated_at: new Date(Date.now() - 3600_000).toISOString() }));
    const stream = await open(gateway);
    await pass(1);
    stream.close();
    await gateway.jobs.update(a.id, (job) =>
      done({ ...job, filename: 'a', updated_at: new Date().toISOString() } as object),
    );
    await deleteJob(gateway, b);
    await pass(5);
    const other = buildGateway({ state: gateway.state, now });
    context.after(() => other.stopping.abort());
    const resumed = await open(other, lastIdOf(stream));
    assert.deepEqual(brief(resumed).toSorted(), ['a done', 'c queued', 'gone', 'snapshot 1 resumed']);
    assert.equal(brief(resumed).at(-1), 'snapshot 1 resumed');
    assert.equal(resumed.events().find(({ event }) => event === 'gone')?.data.id, b.id);
    assert.ok(c);
  });

  it('repeats to a client that was cut off the new name of a job that ended long ago', async (context) => {
    const { gateway, pass, now } = setUp(context);
    const longAgo = { updated_at: new Date(Date.now() - 3600_000).toISOString() };
    const [renamed, unchanged] = [
      done({ filename: 'a', ...longAgo }),
      await gateway.save(done({ filename: 'b', ...longAgo })),
    ];
    await gateway.jobs.create(renamed);
    const stream = await open(gateway);
    await pass(1);
    stream.close();
    await renameJob(gateway, renamed, 'c');
    await renameJob(gateway, unchanged, 'b');
    const other = buildGateway({ state: gateway.state, now });
    context.after(() => other.stopping.abort());
    const resumed = await open(other, lastIdOf(stream));
    assert.deepEqual(brief(resumed), ['c done', 'snapshot 0 resumed']);
  });

  const UNKNOWN: [what: string, id: string | ((id: string) => string)][] = [
    ['a time of ten minutes ago', (id) => (Number.parseInt(id, 36) - 600_000).toString(36)],
    ['a time of the future', (id) => (Number.parseInt(id, 36) + 600_000).toString(36)],
    ['no id', ''],
    ['an id of another form', 'x; drop'],
    ['an id that is too long', 'z'.repeat(500)],
  ];
  for (const [what, id] of UNKNOWN) {
    it(`sends a snapshot that says it is none of a resumed stream for ${what}`, async (context) => {
      const { gateway } = setUp(context);
      await gateway.save(film('a'));
      await gateway.save(done({ filename: 'b' }));
      const stream = await open(gateway);
      const resumed = await open(gateway, typeof id === 'string' ? id : id(lastIdOf(stream) ?? ''));
      assert.deepEqual(brief(resumed), ['a queued', 'snapshot 1']);
    });
  }

  it('gives a client that reads slowly the newest state, and keeps nothing for it', async (context) => {
    const { gateway, pass } = setUp(context);
    const job = await gateway.save(
      film('a', { status: 'converting', progress: 0, filename: 'a'.repeat(200) }),
    );
    const stream = await open(gateway);
    stream.response.pause();
    const STEPS = 600;
    for (let step = 1; step <= STEPS; step++) {
      await gateway.jobs.update(job.id, (now) =>
        newJob({ ...now, status: 'converting', progress: step / STEPS }),
      );
      await pass(1);
    }
    stream.response.resume();
    await pass(2);
    const shown = stream.events().flatMap(({ event, data }) => (event === 'job' ? data.progress : []));
    assert.equal(shown.at(-1), 1);
    // The buffers of the connection hold about 200 KB, and each event has about 1 KB.
    assert.ok(shown.length < 300, `${shown.length} of ${STEPS}`);
    assert.deepEqual(
      shown,
      shown.toSorted((x, y) => x - y),
    );
  });

  it('ends when the gateway stops, without an error', async (context) => {
    const { gateway } = setUp(context);
    const stream = await open(gateway);
    gateway.stopping.abort(new Error('the service is stopping'));
    await stream.ended;
    assert.doesNotMatch(gateway.lines.text(), /broke off/);
  });

  it('knows that events is no id of a job', async () => {
    const { status } = await buildGateway().call('DELETE', '/jobs/events', { headers: asOwner });
    assert.ok(status === 404 || status === 405);
    assert.ok(OWNER);
  });
});
