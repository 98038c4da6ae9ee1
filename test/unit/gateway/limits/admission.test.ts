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
import { turns } from '../../../support/event-loop.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { asOwner, buildGateway } from '../build.ts';
import { mp4 } from '../footage.ts';

const LIMITS = { uploads: { all: 3, perUser: 2 }, activeJobs: { all: 6, perUser: 4 } };
const MANY = { all: 100, perUser: 100 };
const unfinished = (of: Record<string, number> = {}): OwnerCounts => ({
  all: Object.values(of).reduce((sum, count) => sum + count, 0),
  of: new Map(Object.entries(of)),
});

/** Runs the work in a place for an upload or a retry, which is kept unless the work fails. */
async function inPlace<T>(admitted: Promise<Place>, work: () => Promise<T>): Promise<T> {
  using place = await admitted;
  const result = await work();
  place.keep();
  return result;
}

/** `recount` answers with what `world.stored` has then. */
function build(context: TestContext, limits: Partial<typeof LIMITS> = {}) {
  const world = { now: 0, recounts: 0, stored: unfinished(), fails: false };
  context.mock.method(performance, 'now', () => world.now);
  const admission = createAdmission({ ...LIMITS, ...limits }, async () => {
    world.recounts++;
    if (world.fails) throw unavailable('the store');
    return world.stored;
  });
  const ends: (() => void)[] = [];
  /** Begins an upload; its end is for `end` to tell. */
  const begin = (owner: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.push(resolve);
    promise.catch(() => undefined); // `done` reports it
    return { done: inPlace(admission.admitUpload(owner), () => promise), end: resolve, fail: reject };
  };
  const uploads = async (owner: string, count: number) => {
    for (let number = 0; number < count; number++)
      await inPlace(admission.admitUpload(owner), async () => undefined);
  };
  return { world, admission, begin, uploads };
}
const refused = (status: number, retryAfter: string) => (error: AppError) => {
  assert.deepEqual([error.status, error.headers], [status, { 'Retry-After': retryAfter }]);
  return true;
};

describe('uploads at a time are bounded:', () => {
  test('of one user by 429', async (context) => {
    const { begin } = build(context);
    const under = [begin('ann'), begin('ann')];
    await assert.rejects(begin('ann').done, refused(429, '2'));
    void begin('bob').done;
    under[0]?.end();
    await under[0]?.done;
    void begin('ann').done;
  });

  test('of all by 503', async (context) => {
    const { begin } = build(context);
    const under = ['ann', 'bob', 'cy'].map(begin);
    await assert.rejects(begin('dan').done, refused(503, '2'));
    under[1]?.fail(new Error('broken off'));
    await assert.rejects(under[1]?.done ?? Promise.resolve());
    void begin('dan').done;
  });

  test('when they begin at the same moment, too', async (context) => {
    const { begin, world } = build(context, { uploads: MANY, activeJobs: { ...MANY, all: 3 } });
    world.stored = unfinished({ ann: 3 });
    let refusals = 0;
    const count = () => void refusals++;
    for (let times = 0; times < 10; times++) begin('ann').done.catch(count);
    await turns(5);
    assert.equal(refusals, 7);
  });
});

describe('unfinished jobs are bounded:', () => {
  test('of one user by 429', async (context) => {
    const { world, uploads } = build(context);
    world.stored = unfinished({ ann: 4 });
    await uploads('ann', 4);
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
    await uploads('bob', 1);
  });

  test('of all by 503', async (context) => {
    const { world, uploads } = build(context);
    await uploads('ann', 3);
    await uploads('bob', 3);
    world.stored = unfinished({ ann: 3, bob: 3 });
    await assert.rejects(uploads('cy', 1), refused(503, '60'));
  });

  test('and counted again before one is refused, but not for each', async (context) => {
    const { world, uploads } = build(context);
    await uploads('ann', 4);
    assert.equal(world.recounts, 0);
    await uploads('ann', 4); // done meanwhile, says the store
    assert.equal(world.recounts, 1);
    world.stored = unfinished({ ann: 4 });
    for (let times = 0; times < 5; times++) await assert.rejects(uploads('ann', 1), refused(429, '30'));
    assert.equal(world.recounts, 1);
    world.now += 2_000;
    await Promise.allSettled([uploads('ann', 1), uploads('ann', 1)]);
    assert.equal(world.recounts, 2);
  });

  test('and a store that cannot be counted is an answer as well, and no stop', async (context) => {
    const { world, uploads } = build(context);
    await uploads('ann', 4);
    world.fails = true;
    await assert.rejects(uploads('ann', 1), { code: 'unavailable' });
    world.fails = false;
    await uploads('ann', 1);
  });

  test('a place is given back by an upload that fails', async (context) => {
    const { admission, uploads, world } = build(context);
    const failing = () => inPlace(admission.admitUpload('ann'), () => Promise.reject(new Error('refused')));
    for (let times = 0; times < 10; times++) await assert.rejects(failing(), { message: 'refused' });
    await uploads('ann', 4);
    assert.equal(world.recounts, 0);
  });

  test('a failure is not taken off a count that is newer than its upload', async (context) => {
    const { admission, begin, uploads, world } = build(context);
    const upload = begin('ann');
    admission.counted(unfinished({ ann: 4 }));
    upload.fail(new Error('broken off'));
    await assert.rejects(upload.done);
    world.stored = unfinished({ ann: 4 });
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
  });

  test("the sweep's count is the newest", async (context) => {
    const { admission, uploads, world } = build(context);
    await uploads('ann', 4);
    admission.counted(unfinished({ ann: 2 }));
    await uploads('ann', 2);
    world.stored = unfinished({ ann: 4 });
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
  });
});

test('unfinished is what is neither done, failed, cancelled nor deleted', async () => {
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
  const { all: count, of } = await countActive(jobs, index);
  assert.deepEqual([count, [...of]].flat(2).sort(), [4, all[0]?.owner, 3, 'bob', 1].sort());
});

describe('a retry', () => {
  test('needs no place among the uploads, but counts as an unfinished job', async (context) => {
    const { admission, begin, world, uploads } = build(context);
    const under = [begin('ann'), begin('ann')];
    await inPlace(admission.admitRetry('ann'), async () => undefined);
    await inPlace(admission.admitRetry('ann'), async () => undefined);
    world.stored = unfinished({ ann: 4 });
    await assert.rejects(
      inPlace(admission.admitRetry('ann'), () => assert.fail()),
      refused(429, '30'),
    );
    for (const { end } of under) end();
    await assert.rejects(uploads('ann', 1), refused(429, '30'));
  });

  test('gives its place back when it fails', async (context) => {
    const { admission, world } = build(context);
    for (let times = 0; times < 10; times++) {
      await assert.rejects(
        inPlace(admission.admitRetry('ann'), () => Promise.reject(new Error('refused'))),
        { message: 'refused' },
      );
    }
    assert.equal(world.recounts, 0);
  });

  for (const [limits, status, detail] of [
    [
      { activeJobs: { ...MANY, perUser: 1 } },
      429,
      'you have 1 unfinished jobs; retry this one when some are done',
    ],
    [{ activeJobs: { ...MANY, all: 1 } }, 503, 'too many jobs are waiting; retry this one later'],
  ] as const) {
    test(`is refused with ${status} and in its own words over HTTP, and a conflict stays a conflict`, async () => {
      const gateway = buildGateway({ limits });
      await gateway.save(newJob());
      gateway.admission.counted(await countActive(gateway.jobs, gateway.index));
      const retry = (job: Job) => gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
      for (const job of [failed(), newJob({ status: 'cancelled' })]) {
        const reply = await retry(await gateway.save(job));
        assert.deepEqual([reply.status, reply.json.detail], [status, detail]);
      }
      assert.equal((await retry(await gateway.save(done()))).status, 409);
      assert.equal((await retry(await gateway.save(newJob()))).status, 202);
    });
  }

  test('is not refused while its owner is sending as many videos as may be', async () => {
    const gateway = buildGateway({ limits: { uploads: { all: 1, perUser: 1 } } });
    const job = await gateway.save(failed());
    await gateway.blobs.write(job.videoBlobId, inPieces(randomBytes(100)), {
      expires: new Date(job.expires_at),
    });
    const sent = Promise.withResolvers<void>();
    const sending = inPlace(gateway.admission.admitUpload(OWNER.id), () => sent.promise);
    const { status } = await gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
    assert.equal(status, 202);
    sent.resolve();
    await sending;
  });
});

describe('over HTTP, too much is', () => {
  const send = (gateway: ReturnType<typeof buildGateway>) =>
    gateway.call('POST', '/upload', {
      headers: { ...asOwner, 'content-type': 'video/mp4' },
      body: mp4(5000),
    });
  for (const [limits, status, code] of [
    [{ activeJobs: { ...MANY, perUser: 1 } }, 429, 'too_many_requests'],
    [{ activeJobs: { ...MANY, all: 1 } }, 503, 'unavailable'],
  ] as const) {
    test(`${status} with Retry-After, until a job is finished`, async () => {
      const gateway = buildGateway({ limits });
      const { json } = await send(gateway);
      const keys = gateway.state.keys();
      const reply = await send(gateway);
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.match(String(reply.headers['retry-after']), /^\d+$/);
      assert.deepEqual(gateway.state.keys(), keys);
      await gateway.jobs.update(json.id, (job) => newJob({ ...baseOf(job), status: 'cancelled' }));
      gateway.admission.counted(await countActive(gateway.jobs, gateway.index));
      assert.equal((await send(gateway)).status, 202);
    });
  }
});
