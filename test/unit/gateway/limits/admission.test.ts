import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { countActive } from '../../../../services/gateway/job-index/count-active.ts';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import { createAdmission, type Place } from '../../../../services/gateway/limits/admission.ts';
import type { OwnerCounts } from '../../../../services/gateway/limits/quota.ts';
import { baseOf, type Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { type AppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { mp4 } from '../sample-uploads.ts';
import { asOwner, buildGateway } from '../test-gateway.ts';

const LIMITS = { uploads: { all: 3, perUser: 2 }, activeJobs: { all: 6, perUser: 4 } };
const MANY = { all: 100, perUser: 100 };
const user = (id: string) => ({ id, group: 'user' as const });
const unfinished = (of: Record<string, number> = {}): OwnerCounts => ({
  all: Object.values(of).reduce((sum, count) => sum + count, 0),
  byOwner: new Map(Object.entries(of)),
});

/** Runs the work in a place for an upload or a retry, which is kept unless the work fails. */
async function inPlace<T>(admitted: Promise<Place>, work: () => Promise<T>): Promise<T> {
  using place = await admitted;
  const result = await work();
  place.keep();
  return result;
}

/** An admission whose clock and count of the store are those of `fake`. */
function build(context: TestContext, limits: Partial<typeof LIMITS> = {}) {
  const fake = { now: 0, recounts: 0, counts: unfinished(), fails: false };
  context.mock.method(performance, 'now', () => fake.now);
  const admission = createAdmission({ ...LIMITS, ...limits }, async () => {
    fake.recounts++;
    if (fake.fails) throw unavailable('the store');
    return fake.counts;
  });
  const ends: (() => void)[] = [];
  /** Begins an upload, which ends when `end` or `fail` is called. */
  const begin = (owner: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.push(resolve);
    promise.catch(() => undefined); // `done` rejects with the same error.
    return { done: inPlace(admission.admitUpload(user(owner)), () => promise), end: resolve, fail: reject };
  };
  const uploads = async (owner: string, count: number) => {
    for (let number = 0; number < count; number++)
      await inPlace(admission.admitUpload(user(owner)), async () => undefined);
  };
  return { fake, admission, begin, uploads };
}
const refused = (status: number, retryAfter: string) => (error: AppError) => {
  assert.deepEqual([error.status, error.headers], [status, { 'Retry-After': retryAfter }]);
  return true;
};

describe('createAdmission, for concurrent uploads', () => {
  test('refuses the upload of a user who has too many with 429', async (context) => {
    const { begin } = build(context);
    const under = [begin('ann'), begin('ann')];
    await assert.rejects(begin('ann').done, refused(429, '2'));
    void begin('bob').done;
    under[0]?.end();
    await under[0]?.done;
    void begin('ann').done;
  });

  test('refuses an upload with 503 when all users together have too many', async (context) => {
    const { begin } = build(context);
    const under = ['ann', 'bob', 'cy'].map(begin);
    await assert.rejects(begin('dan').done, refused(503, '2'));
    under[1]?.fail(new Error('broken off'));
    await assert.rejects(under[1]?.done ?? Promise.resolve());
    void begin('dan').done;
  });

  test('counts uploads that begin at the same moment', async (context) => {
    const { begin, fake } = build(context, { uploads: MANY, activeJobs: { ...MANY, all: 3 } });
    fake.counts = unfinished({ ann: 3 });
    let refusals = 0;
    const count = () => void refusals++;
    for (let times = 0; times < 10; times++) begin('ann').done.catch(count);
    await runEventLoop(5);
    assert.equal(refusals, 7);
  });
});

describe('createAdmission, for unfinished jobs', () => {
  test('refuses an upload with 429 when its user has too many unfinished jobs', async (context) => {
    const { fake, uploads } = build(context);
    fake.counts = unfinished({ ann: 4 });
    await uploads('ann', 4);
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
    await uploads('bob', 1);
  });

  test('refuses an upload with 503 when all users together have too many unfinished jobs', async (context) => {
    const { fake, uploads } = build(context);
    await uploads('ann', 3);
    await uploads('bob', 3);
    fake.counts = unfinished({ ann: 3, bob: 3 });
    await assert.rejects(uploads('cy', 1), refused(503, '60'));
  });

  test('counts the store again before it refuses an upload, but at most once in two seconds', async (context) => {
    const { fake, uploads } = build(context);
    await uploads('ann', 4);
    assert.equal(fake.recounts, 0);
    await uploads('ann', 4); // By the store, the first four are done meanwhile.
    assert.equal(fake.recounts, 1);
    fake.counts = unfinished({ ann: 4 });
    for (let times = 0; times < 5; times++) await assert.rejects(uploads('ann', 1), refused(429, '30'));
    assert.equal(fake.recounts, 1);
    fake.now += 2_000;
    await Promise.allSettled([uploads('ann', 1), uploads('ann', 1)]);
    assert.equal(fake.recounts, 2);
  });

  test('fails with unavailable while the store cannot be counted, and admits uploads again afterwards', async (context) => {
    const { fake, uploads } = build(context);
    await uploads('ann', 4);
    fake.fails = true;
    await assert.rejects(uploads('ann', 1), { code: 'unavailable' });
    fake.fails = false;
    await uploads('ann', 1);
  });

  test('does not count a job for an upload that fails', async (context) => {
    const { admission, uploads, fake } = build(context);
    const failing = () =>
      inPlace(admission.admitUpload(user('ann')), () => Promise.reject(new Error('refused')));
    for (let times = 0; times < 10; times++) await assert.rejects(failing(), { message: 'refused' });
    await uploads('ann', 4);
    assert.equal(fake.recounts, 0);
  });

  test('does not subtract a failed upload from a count that is newer than the upload', async (context) => {
    const { admission, begin, uploads, fake } = build(context);
    const upload = begin('ann');
    admission.updateCounts(unfinished({ ann: 4 }));
    upload.fail(new Error('broken off'));
    await assert.rejects(upload.done);
    fake.counts = unfinished({ ann: 4 });
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
  });

  test('replaces its count by that of the sweep', async (context) => {
    const { admission, uploads, fake } = build(context);
    await uploads('ann', 4);
    admission.updateCounts(unfinished({ ann: 2 }));
    await uploads('ann', 2);
    fake.counts = unfinished({ ann: 4 });
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
  });
});

test('countActive counts jobs that are neither done, failed, cancelled nor deleted', async () => {
  const state = createMemoryState();
  const [jobs, index] = [createJobStore(state), createJobIndex(state, 3600)];
  const bob = { owner: 'bob' };
  const all = [
    ...[newJob({ status: 'uploading' }), newJob(), newJob({ status: 'converting' }), newJob(bob)],
    ...[done(), failed(), newJob({ status: 'cancelled' }), newJob({ status: 'deleted' }), done(bob)],
  ];
  for (const job of all) {
    await index.addActive(job.owner, job.id);
    await jobs.create(job);
  }
  await index.addActive('nobody', newJob().id);
  const { all: count, byOwner } = await countActive(jobs, index);
  assert.deepEqual([count, [...byOwner]].flat(2).sort(), [4, all[0]?.owner, 3, 'bob', 1].sort());
});

describe('createAdmission, for a retry', () => {
  test('takes no place among the uploads, but counts as an unfinished job', async (context) => {
    const { admission, begin, fake, uploads } = build(context);
    const under = [begin('ann'), begin('ann')];
    await inPlace(admission.admitRetry(user('ann')), async () => undefined);
    await inPlace(admission.admitRetry(user('ann')), async () => undefined);
    fake.counts = unfinished({ ann: 4 });
    await assert.rejects(
      inPlace(admission.admitRetry(user('ann')), () => assert.fail()),
      refused(429, '30'),
    );
    for (const { end } of under) end();
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
  });

  test('does not count a job for a retry that fails', async (context) => {
    const { admission, fake } = build(context);
    for (let times = 0; times < 10; times++) {
      await assert.rejects(
        inPlace(admission.admitRetry(user('ann')), () => Promise.reject(new Error('refused'))),
        { message: 'refused' },
      );
    }
    assert.equal(fake.recounts, 0);
  });

  for (const [limits, status, detail] of [
    [
      { activeJobs: { ...MANY, perUser: 1 } },
      429,
      'you have 1 unfinished jobs; retry this one when some are done',
    ],
    [{ activeJobs: { ...MANY, all: 1 } }, 503, 'too many jobs are waiting; retry this one later'],
  ] as const) {
    test(`answers POST /jobs/:id/retry with ${status} and its own detail, and a conflict with 409`, async () => {
      const gateway = buildGateway({ limits });
      await gateway.save(newJob());
      gateway.admission.updateCounts(await countActive(gateway.jobs, gateway.index));
      const retry = (job: Job) => gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
      for (const job of [failed(), newJob({ status: 'cancelled' })]) {
        const reply = await retry(await gateway.save(job));
        assert.deepEqual([reply.status, reply.json.detail], [status, detail]);
      }
      assert.equal((await retry(await gateway.save(done()))).status, 409);
      assert.equal((await retry(await gateway.save(newJob()))).status, 202);
    });
  }

  test('admits a retry while its owner has as many uploads as are allowed', async () => {
    const gateway = buildGateway({ limits: { uploads: { all: 1, perUser: 1 } } });
    const job = await gateway.save(failed());
    await gateway.blobs.write(job.videoBlobId, inPieces(randomBytes(100)), {
      expires: new Date(job.expires_at),
    });
    const sent = Promise.withResolvers<void>();
    const sending = inPlace(gateway.admission.admitUpload(OWNER), () => sent.promise);
    const { status } = await gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
    assert.equal(status, 202);
    sent.resolve();
    await sending;
  });
});

describe('POST /upload, over a limit of unfinished jobs', () => {
  const send = (gateway: ReturnType<typeof buildGateway>) =>
    gateway.call('POST', '/upload', {
      headers: { ...asOwner, 'content-type': 'video/mp4' },
      body: mp4(5000),
    });
  for (const [limits, status, code] of [
    [{ activeJobs: { ...MANY, perUser: 1 } }, 429, 'too_many_requests'],
    [{ activeJobs: { ...MANY, all: 1 } }, 503, 'unavailable'],
  ] as const) {
    test(`answers ${status} with Retry-After until a job is finished`, async () => {
      const gateway = buildGateway({ limits });
      const { json } = await send(gateway);
      const keys = gateway.state.keys();
      const reply = await send(gateway);
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.match(String(reply.headers['retry-after']), /^\d+$/);
      assert.deepEqual(gateway.state.keys(), keys);
      await gateway.jobs.update(json.id, (job) => newJob({ ...baseOf(job), status: 'cancelled' }));
      gateway.admission.updateCounts(await countActive(gateway.jobs, gateway.index));
      assert.equal((await send(gateway)).status, 202);
    });
  }
});
