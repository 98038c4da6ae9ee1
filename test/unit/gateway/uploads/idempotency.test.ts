import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createIdempotency, parseIdempotencyKey } from '../../../../services/gateway/uploads/idempotency.ts';
import { baseOf, type Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { asOtherProcess } from '../../../support/other-process.ts';
import { mp4 } from '../sample-uploads.ts';
import { asOwner, asStranger, buildGateway, type Gateway } from '../test-gateway.ts';

const OPTIONS = { quality: 2 };
const keyed = { owner: OWNER.id, key: 'a-key', options: OPTIONS };
const MINUTE = 60_000;

function build(context: TestContext) {
  const clock = stoppedClock(context);
  const state = createMemoryState(() => Date.now());
  const jobs = createJobStore(state);
  /** As one of several gateways has it. */
  const inGateway = () => createIdempotency(asOtherProcess(state), jobs, 24 * 3600);
  return { clock, state, jobs, inGateway, idempotency: inGateway() };
}
const later = (fields: Partial<Job> = {}) =>
  newJob({ expires_at: new Date(Date.now() + 12 * 3600_000).toISOString(), ...fields });

describe('createIdempotency', () => {
  test('gives a new key to the upload', async (context) => {
    const { idempotency } = build(context);
    assert.equal(await idempotency.claim(keyed, 'one'), undefined);
    await idempotency.confirm(keyed, 'one');
  });

  for (const job of [
    later(),
    later({ status: 'converting' }),
    done(),
    failed(),
    later({ status: 'cancelled' }),
  ]) {
    test(`returns the job of the key when it is ${job.status}`, async (context) => {
      const { idempotency, jobs } = build(context);
      await idempotency.claim(keyed, job.id);
      await jobs.create(job);
      assert.deepEqual(await idempotency.claim(keyed, 'another'), job);
      await assert.rejects(idempotency.claim({ ...keyed, options: { quality: 3 } }, 'another'), {
        code: 'idempotency_key_reused',
      });
    });
  }

  // The state of the first upload and its job when a second upload comes, and whether the second one gets the key.
  const SECONDS: [what: string, job: Partial<Job> | undefined, afterMs: number, taken: boolean][] = [
    ['has just begun', undefined, 0, false],
    ['began a while ago', undefined, MINUTE - 1, false],
    ['died before its first byte', undefined, MINUTE, true],
    ['began by a clock that is ahead', undefined, -MINUTE / 2, false],
    ['is running', { status: 'uploading' }, 0, false],
    ['has been running for an hour', { status: 'uploading' }, 60 * MINUTE, false],
    ['was ended by the sweep', { status: 'deleted' }, 0, true],
    ['made a job that its owner deleted', { status: 'deleted' }, 0, true],
    ['made a job that has expired', { expires_at: new Date(Date.now() - 1_000).toISOString() }, 0, true],
  ];
  for (const [what, fields, afterMs, taken] of SECONDS) {
    test(`${taken ? 'gives the second upload' : 'refuses the second upload, with Retry-After,'} the key of an upload that ${what}`, async (context) => {
      const { idempotency, jobs, clock, state } = build(context);
      const job = later(fields);
      await idempotency.claim(keyed, job.id);
      if (fields) await jobs.create(job);
      // The mocked clock cannot go back, so the record is rewritten as by a gateway whose clock is ahead.
      if (afterMs >= 0) clock.advance(afterMs);
      else {
        const [key = ''] = state.keys();
        const { value } = (await state.get(key)) ?? assert.fail();
        const since = new Date(Date.now() - afterMs).toISOString();
        await state.put(key, value.replace(/"since":"[^"]*"/, `"since":"${since}"`));
      }
      const claim = idempotency.claim(keyed, 'another');
      if (!taken) {
        const headers = { 'Retry-After': '5' };
        await assert.rejects(claim, { code: 'upload_in_progress', headers });
        return;
      }
      assert.equal(await claim, undefined);
      // The first upload may continue after all.
      await assert.rejects(idempotency.confirm(keyed, job.id), { code: 'upload_in_progress' });
      await assert.rejects(idempotency.redirect(keyed, job.id, 'earlier'), { code: 'upload_in_progress' });
      await idempotency.release(keyed, job.id);
      await idempotency.confirm(keyed, 'another');
    });
  }

  test('gives the key to one of two uploads that come to two gateways at the same time', async (context) => {
    const { inGateway, clock } = build(context);
    const claims = ['one', 'two'].map((id) => inGateway().claim(keyed, id));
    const [one, two] = await clock.until(Promise.allSettled(claims));
    assert.deepEqual([one?.status, two?.status].sort(), ['fulfilled', 'rejected']);
  });

  test('frees the key of an upload that failed', async (context) => {
    const { idempotency } = build(context);
    await idempotency.claim(keyed, 'one');
    await idempotency.release(keyed, 'one');
    assert.equal(await idempotency.claim(keyed, 'two'), undefined);
    await idempotency.confirm(keyed, 'two');
  });

  test('lets the record of a free key expire', async (context) => {
    const { idempotency, state, clock } = build(context);
    await idempotency.claim(keyed, 'one');
    clock.advance(MINUTE);
    assert.equal(state.keys().length, 1);
    await idempotency.release(keyed, 'one');
    clock.advance(59 * MINUTE);
    assert.equal(state.keys().length, 1);
    clock.advance(MINUTE + 1);
    assert.deepEqual(state.keys(), []);
  });

  for (const status of ['uploading', 'queued'] as const) {
    test(`keeps the key when its upload failed but the job is ${status}, because a save may still arrive`, async (context) => {
      const { idempotency, jobs } = build(context);
      const job = later({ status });
      await idempotency.claim(keyed, job.id);
      await jobs.create(job);
      await idempotency.release(keyed, job.id);
      await idempotency.confirm(keyed, job.id);
    });
  }

  test('returns the earlier job with the same content after a redirect', async (context) => {
    const { idempotency, jobs } = build(context);
    const earlier = done();
    await jobs.create(earlier);
    await idempotency.claim(keyed, 'one');
    await idempotency.redirect(keyed, 'one', earlier.id);
    assert.deepEqual(await idempotency.claim(keyed, 'two'), earlier);
  });

  test('separates the keys of different owners', async (context) => {
    const { idempotency, jobs } = build(context);
    const job = later();
    await idempotency.claim(keyed, job.id);
    await jobs.create(job);
    assert.equal(await idempotency.claim({ ...keyed, owner: 'another' }, 'two'), undefined);
    assert.equal(await idempotency.claim({ ...keyed, key: 'b-key' }, 'two'), undefined);
  });
});

describe('parseIdempotencyKey', () => {
  const BAD = ['a b', 'é', 'x'.repeat(256), '\t', '"a b"'];
  for (const header of BAD) {
    test(`refuses ${JSON.stringify(header.slice(0, 10))} with ${header.length} characters`, () => {
      assert.throws(() => parseIdempotencyKey(header), { code: 'bad_request' });
    });
  }
  for (const header of ['a', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', 'x'.repeat(255), '$etag']) {
    test(`accepts ${header.slice(0, 10)} with ${header.length} characters`, () =>
      assert.equal(parseIdempotencyKey(header), header));
  }
  test('returns undefined where there is no header', () => assert.equal(parseIdempotencyKey(''), undefined));
});

describe('POST /upload with an Idempotency-Key', () => {
  const send = (gateway: Gateway, { key = 'a-key', user = asOwner, body = mp4(5000), query = '' } = {}) =>
    gateway.call('POST', `/upload${query}`, {
      headers: { ...user, 'content-type': 'video/mp4', 'idempotency-key': key },
      body,
    });

  test('answers with the same job however often it is sent, and stores the video once', async () => {
    const gateway = buildGateway();
    const { json: first } = await send(gateway);
    const keys = gateway.state.keys().length;
    for (let times = 0; times < 3; times++) {
      const { status, json, headers } = await send(gateway);
      assert.deepEqual([status, json, headers.location], [202, first, `/jobs/${first.id}`]);
    }
    assert.equal(gateway.state.keys().length, keys);
    assert.equal(gateway.publishedVideos.length, 1);
  });

  test('makes another job for another user or another key', async () => {
    const gateway = buildGateway();
    const ids = [
      await send(gateway),
      await send(gateway, { user: asStranger }),
      await send(gateway, { key: 'b' }),
    ];
    assert.equal(new Set(ids.map(({ json }) => json.id)).size, 3);
  });

  test('refuses the same key with other options with 422', async () => {
    const gateway = buildGateway();
    await send(gateway);
    const { status, json } = await send(gateway, { query: '?quality=9' });
    assert.deepEqual([status, json.code], [422, 'idempotency_key_reused']);
  });

  test('answers 409 with Retry-After while the first upload is running, and then with its job', async () => {
    const released = Promise.withResolvers<void>();
    const gateway = buildGateway({ onPutBytes: (put) => released.promise.then(put) });
    const first = send(gateway);
    while (gateway.state.keys().length < 3) await new Promise(setImmediate);
    const second = await send(gateway);
    assert.deepEqual([second.status, second.json.code], [409, 'upload_in_progress']);
    assert.equal(second.headers['retry-after'], '5');
    released.resolve();
    const { json } = await first;
    assert.equal((await send(gateway)).json.id, json.id);
  });

  for (const [what, body] of [
    ['no media file', Buffer.alloc(5000, 'x')],
    ['too large', mp4(400_000)],
  ] as const) {
    test(`accepts the key again after an upload that was ${what}`, async () => {
      const gateway = buildGateway();
      assert.ok((await send(gateway, { body })).status >= 400);
      assert.equal((await send(gateway)).status, 202);
    });
  }

  test('accepts the key again at once after a 503 because of too many uploads', async () => {
    const released = Promise.withResolvers<void>();
    const gateway = buildGateway({
      limits: { uploads: { all: 1, perUser: 5 } },
      onPutBytes: (put) => released.promise.then(put),
    });
    const first = send(gateway, { key: 'b' });
    while (gateway.state.keys().length < 3) await new Promise(setImmediate);
    assert.equal((await send(gateway)).status, 503);
    released.resolve();
    await first;
    assert.equal((await send(gateway)).status, 202);
  });

  test('refuses an invalid key with 400', async () => {
    const { status, json } = await send(buildGateway(), { key: 'a b' });
    assert.deepEqual([status, json.code], [400, 'bad_request']);
  });

  test('answers with the earlier job of the same content, also when it is sent again', async () => {
    const gateway = buildGateway();
    const { json: first } = await send(gateway);
    await gateway.jobs.update(first.id, (job) => done(baseOf(job)));
    const { json: second } = await send(gateway, { key: 'b' });
    assert.deepEqual(second, { id: first.id, status: 'done' });
    assert.deepEqual((await send(gateway, { key: 'b', body: mp4(6000) })).json, second);
  });
});
