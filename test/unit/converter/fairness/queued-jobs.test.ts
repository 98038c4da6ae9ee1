import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import { createBeginners } from '../../../../services/converter/fairness/beginners.ts';
import { createQueuedJobs } from '../../../../services/converter/fairness/queued-jobs.ts';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import type { ConvertingJob, Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { acceptUpload, updateAttempt } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { eventually } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';

const LEASE_MS = 20_000;

function setUp() {
  const state = createMemoryState();
  const jobs = createJobStore(state);
  const index = createJobIndex(state, 3600);
  const clock = { ms: 0 };
  const log = pino({ level: 'silent' });
  const queued = createQueuedJobs({
    ...{
      state,
      jobs,
      estimate: () => 7,
      leaseMs: LEASE_MS,
      log,
      beginners: createBeginners(state, log),
      now: () => clock.ms,
    },
    stoppingSignal: new AbortController().signal,
  });
  return {
    ...{ state, jobs, index, clock, queued },
    async save(fields: Parameters<typeof newJob<Job['status']>>[0] = {}): Promise<Job> {
      const job = newJob(fields) as Job;
      await jobs.create(job);
      await index.addActive(job.owner, job.id);
      return job;
    },
    async idsAfter(ms: number) {
      clock.ms += ms;
      await queued.update();
      return queued.all().map(({ id }) => id);
    },
  };
}

describe('the queued jobs that a converter knows', () => {
  it('are at first those that wait for their first attempt, with owner, account, time and estimated seconds', async () => {
    const { save, queued } = setUp();
    const user = await save();
    const guest = await save({ email: '' });
    await save({ attempts: 1 });
    await save({ infrastructureFailures: 1 });
    for (const status of ['uploading', 'converting', 'done', 'failed', 'cancelled', 'deleted'] as const)
      await save({ status });
    await save({ expires_at: new Date(0).toISOString() });
    assert.deepEqual(queued.all(), []);
    await queued.update();
    const expected = [user, guest].map(({ id, owner, updated_at }) => ({
      ...{ id, owner, account: id === guest.id ? 'guests' : owner, queuedAt: updated_at, seconds: 7 },
    }));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    const found = queued.all().map(({ etag: _, ...job }) => job);
    assert.deepEqual(found.toSorted(byId), expected.toSorted(byId));
  });

  it('are read twice a second at most, and each job once while it does not change', async (context) => {
    const { save, idsAfter, state } = setUp();
    const [one, two] = [await save(), await save()];
    const read = context.mock.method(state, 'getMany');
    const keysRead = () => read.mock.calls.flatMap(({ arguments: [keys] }) => keys);
    for (let count = 0; count < 5; count++) await idsAfter(90);
    assert.equal(keysRead().filter((key) => key.startsWith('open:')).length, 16);
    await idsAfter(60_000);
    for (const { id } of [one, two]) assert.equal(keysRead().filter((key) => key === `job:${id}`).length, 1);
  });

  it('come and go with the index', async () => {
    const { save, idsAfter, index } = setUp();
    const first = await save();
    assert.deepEqual(await idsAfter(600), [first.id]);
    const second = await save();
    assert.deepEqual((await idsAfter(600)).toSorted(), [first.id, second.id].toSorted());
    for await (const entries of index.listActive()) await index.removeActive(entries);
    assert.deepEqual(await idsAfter(600), []);
  });

  it('lack one that was not to be had, until it may have been given back', async () => {
    const { save, idsAfter, queued } = setUp();
    const job = await save();
    await idsAfter(600);
    queued.forget(job.id);
    assert.deepEqual(queued.all(), []);
    assert.deepEqual(await idsAfter(9_000), []);
    assert.deepEqual(await idsAfter(2_000), [job.id]);
  });

  it('have a job again at once that its owner has retried', async () => {
    const { save, idsAfter, queued, index } = setUp();
    const job = await save();
    await idsAfter(600);
    queued.forget(job.id);
    await index.addActive(job.owner, job.id);
    assert.deepEqual(await idsAfter(600), [job.id]);
  });

  it('have a job whose attempt has failed after ten seconds for each failure, and a minute at most', async () => {
    const TABLE: [failures: Partial<Job>, afterSeconds: number][] = [
      [{ attempts: 1 }, 10],
      [{ attempts: 2 }, 20],
      [{ attempts: 1, infrastructureFailures: 2 }, 30],
      [{ infrastructureFailures: 50 }, 60],
    ];
    for (const [failures, seconds] of TABLE) {
      const { save, idsAfter } = setUp();
      const { id } = await save(failures as object);
      assert.deepEqual(await idsAfter(0), []);
      for (let waited = 10; waited < seconds; waited += 10) assert.deepEqual(await idsAfter(10_000), []);
      assert.deepEqual(await idsAfter(10_000), [id], `after ${seconds} s`);
    }
  });

  it('have a job whose lease was not renewed for its whole time, and none that is being converted', async () => {
    const { save, idsAfter, jobs } = setUp();
    const dead = await save({ status: 'converting' });
    const live = await save({ status: 'converting' });
    const { attemptId } = live as ConvertingJob;
    for (let waited = 0; waited < LEASE_MS; waited += 5_000) {
      assert.deepEqual(await idsAfter(waited === 0 ? 0 : 5_000), []);
      await jobs.update(live.id, updateAttempt(attemptId, { progress: waited / LEASE_MS }));
    }
    for (let count = 0; count < 20; count++) {
      assert.deepEqual(await idsAfter(5_000), [dead.id]);
      await jobs.update(live.id, updateAttempt(attemptId, { progress: count / 20 }));
    }
  });

  it('lack a job with which another converter has begun during its upload, for three seconds', async () => {
    const { save, idsAfter, state } = setUp();
    const source = { ...newJob().source, size: 10_000_000 };
    const job = await save({ source });
    await createBeginners(state, pino({ level: 'silent' })).show(job.id, new AbortController().signal);
    assert.deepEqual(await idsAfter(0), []);
    assert.deepEqual(await idsAfter(2_900), []);
    assert.deepEqual(await idsAfter(500), [job.id]);
  });

  it('have that job as soon as its beginner has given up', async () => {
    const { save, idsAfter, state, index } = setUp();
    const beginner = createBeginners(state, pino({ level: 'silent' }));
    const job = await save({ source: { ...newJob().source, size: 10_000_000 } });
    await beginner.show(job.id, new AbortController().signal);
    assert.deepEqual(await idsAfter(0), []);
    await beginner.hide(job.id);
    await index.addActive(job.owner, job.id);
    assert.deepEqual(await idsAfter(600), [job.id]);
  });

  it('have an upload soon after it became a job', async () => {
    const { save, idsAfter, jobs } = setUp();
    const { id, source, options } = await save({ status: 'uploading' });
    assert.deepEqual(await idsAfter(0), []);
    await jobs.update(id, acceptUpload({ source, options }));
    assert.deepEqual(await idsAfter(2_000), [id]);
  });

  it('are looked for among jobs that may change by themselves alone', async (context) => {
    const { save, idsAfter, state } = setUp();
    for (const status of ['done', 'failed', 'cancelled', 'deleted'] as const) await save({ status });
    await idsAfter(0);
    const read = context.mock.method(state, 'getMany');
    for (let count = 0; count < 10; count++) await idsAfter(60_000);
    const keys = read.mock.calls.flatMap(({ arguments: [keys] }) => keys);
    assert.deepEqual(
      keys.filter((key) => key.startsWith('job:')),
      [],
    );
  });

  it('stay as they are while the store is unavailable', async (context) => {
    const { save, idsAfter, state } = setUp();
    const job = await save();
    await idsAfter(600);
    context.mock.method(state, 'getMany', async () => Promise.reject(unavailable('the store')));
    assert.deepEqual(await idsAfter(60_000), [job.id]);
  });

  it('hold nobody up for more than a second', async (context: TestContext) => {
    const clock = stoppedClock(context);
    const { queued, state } = setUp();
    const read = context.mock.method(state, 'getMany', () => new Promise<never>(() => undefined));
    const updated = queued.update();
    await eventually(() => read.mock.callCount() > 0);
    clock.advance(1_000);
    await updated;
    assert.deepEqual(queued.all(), []);
  });
});
