import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { pino } from 'pino';
import type { JobWatch } from '../../../../services/gateway/events/job-watcher.ts';
import { createLiveJobs } from '../../../../services/gateway/events/live-jobs.ts';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { stoppedClock } from '../../../support/clock.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';
import { createInterceptedStore, type Intercept } from '../intercepted-store.ts';

/** Live jobs over a store that counts its calls. The clock stands still until `pass` moves it. */
function setUp(context: TestContext) {
  const clock = stoppedClock(context);
  let time = 0;
  const calls: string[] = [];
  let isUp = true;
  let delayed: Promise<void> | undefined;
  const call: Intercept = async (what, act) => {
    calls.push(what.replace(/[\da-f-]{36}/g, 'ID').replace(/open:\w/, 'open'));
    if (!isUp) throw unavailable('the store');
    const result = await act();
    await delayed;
    return result;
  };
  const memory = createMemoryState();
  const state = createInterceptedStore(memory, { call });
  const jobs = createJobStore(memory);
  const index = createJobIndex(memory, 3600);
  const stopping = new AbortController();
  context.after(() => stopping.abort());
  const live = createLiveJobs({
    ...{ state, jobs: createJobStore(state), index: createJobIndex(state, 3600) },
    ...{ stoppingSignal: stopping.signal, log: pino({ level: 'silent' }), now: () => time },
  });

  return {
    ...{ live, jobs, calls, watcher: live.watcher },
    setUp: (up: boolean) => {
      isUp = up;
    },
    /** Holds back what is read from now on. The returned function lets it arrive. */
    delayNext: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      delayed = promise;
      return resolve;
    },
    async save(job: Job) {
      await index.addActive(job.owner, job.id);
      await jobs.create(job);
      return job;
    },
    /** Watches the job as it is. */
    async watch({ id }: Job): Promise<JobWatch> {
      return live.watcher.watchJob(await jobs.get(id));
    },
    /** Lets seconds pass, in steps of so many milliseconds. */
    async pass(seconds: number, stepMs = 1_000) {
      for (let passed = 0; passed < seconds * 1_000; passed += stepMs) {
        time += stepMs;
        clock.advance(stepMs);
        await runEventLoop(20);
      }
    },
  };
}

const CONVERTING = { status: 'converting', progress: 0.1 } as const;
const signal = new AbortController().signal;

describe('createJobWatcher', () => {
  it('reads the store once a second for 200 watchers of one job', async (context) => {
    const { save, watch, pass, calls } = setUp(context);
    const job = await save(newJob(CONVERTING));
    const watches = await Promise.all(Array.from({ length: 200 }, () => watch(job)));
    await pass(1);
    calls.length = 0;
    await pass(10);
    assert.deepEqual(calls, Array(10).fill('getMany job:ID'));
    for (const each of watches) each[Symbol.dispose]();
  });

  it('reads 200 watched jobs in one call a second', async (context) => {
    const { save, watch, pass, calls } = setUp(context);
    for (let count = 0; count < 200; count++) await watch(await save(newJob(CONVERTING)));
    await pass(1);
    calls.length = 0;
    await pass(10);
    assert.deepEqual(calls, Array(10).fill('getMany job:ID'));
  });

  it('reads a job ten times in the first second in which it is watched, and then once a second', async (context) => {
    const { save, watch, pass, calls } = setUp(context);
    const job = await save(newJob(CONVERTING));
    for (let count = 0; count < 200; count++) await watch(job);
    await runEventLoop(20);
    calls.length = 0;
    await pass(1, 10);
    assert.deepEqual(calls, Array(10).fill('getMany job:ID'));
    calls.length = 0;
    await pass(5, 10);
    assert.deepEqual(calls, Array(5).fill('getMany job:ID'));
  });

  it('reads jobs that are about to end ten times a second, in one call for all of them', async (context) => {
    const { save, watch, pass, calls } = setUp(context);
    for (let count = 0; count < 200; count++) {
      await watch(await save(newJob({ ...CONVERTING, eta_seconds: 4 })));
      if (count % 50 === 0) await pass(0.03, 10);
    }
    await pass(2, 10);
    calls.length = 0;
    // Three seconds before they end, they are read in their turn.
    await pass(0.5, 10);
    assert.ok(calls.length <= 1, `${calls.length} reads`);
    await pass(0.7, 10);
    calls.length = 0;
    await pass(1, 10);
    assert.ok(calls.length >= 9 && calls.length <= 10, `${calls.length} reads`);
  });

  it('reads a job at most 40 times before its turn, also where it takes longer than expected', async (context) => {
    const { save, watch, pass, calls } = setUp(context);
    await watch(await save(newJob({ ...CONVERTING, eta_seconds: 1 })));
    await pass(60, 50);
    assert.ok(calls.length > 90 && calls.length <= 60 + 40 + 1, `${calls.length} reads`);
  });

  for (const [what, given] of [
    ['that is about to end', { ...CONVERTING, eta_seconds: 1 }],
    ['that is new to it', { ...CONVERTING, eta_seconds: null }],
  ] as const) {
    it(`sees within a tenth of a second that a job ${what} has ended`, async (context) => {
      const { save, watch, pass, jobs } = setUp(context);
      const job = await save(newJob(given));
      using watching = await watch(job);
      await pass(0.5, 10);
      await jobs.update(job.id, (now) => newJob({ ...now, status: 'cancelled' }));
      await pass(0.1, 10);
      const latest = watching.latest();
      assert.equal(latest !== 'gone' && latest.document.status, 'cancelled');
    });
  }

  it('reads the index of active jobs and the converters every two seconds for 200 queued jobs of 20 users', async (context) => {
    const { save, watch, watcher, pass, calls } = setUp(context);
    for (let count = 0; count < 200; count++) {
      const job = await save(newJob({ owner: `user ${count % 20}` }));
      await watch(job);
      watcher.watchOwner(job.owner);
    }
    // The first rounds find the jobs.
    await pass(3);
    calls.length = 0;
    await pass(10);
    const counts = Object.groupBy(calls, (call) => call);
    assert.deepEqual(
      Object.entries(counts).map(([call, list]) => [call, list?.length]),
      [
        ['getMany job:ID', 10],
        ['getMany open', 5],
        ['get converters', 5],
      ].sort(([a], [b]) => calls.indexOf(a as string) - calls.indexOf(b as string)),
    );
  });

  it('reads nothing before the first watcher comes, and nothing after the last one has left', async (context) => {
    const { save, watch, watcher, pass, calls } = setUp(context);
    const job = await save(newJob(CONVERTING));
    await pass(5);
    assert.deepEqual(calls, []);
    const first = await watch(job);
    const second = watcher.watchOwner(job.owner);
    await pass(3);
    first[Symbol.dispose]();
    assert.equal(watcher.size, 1);
    second[Symbol.dispose]();
    assert.equal(watcher.size, 0);
    calls.length = 0;
    await pass(5);
    assert.deepEqual(calls, []);
    using _ = await watch(job);
    await pass(2);
    assert.ok(calls.length >= 2, 'the loop has started again');
  });

  it('wakes each watcher after a change, once for any number of changes', async (context) => {
    const { save, watch, pass, jobs } = setUp(context);
    const job = await save(newJob(CONVERTING));
    const watches = [await watch(job), await watch(job)];
    await pass(1);
    for (const progress of [0.2, 0.3, 0.4]) {
      await jobs.update(job.id, (now) => newJob({ ...now, status: 'converting', progress }));
      await pass(1);
    }
    for (const each of watches) {
      assert.equal(await each.wait(1_000, signal), true);
      const latest = each.latest();
      assert.equal(latest !== 'gone' && 'progress' in latest.document && latest.document.progress, 0.4);
      const second = each.wait(1_000, signal);
      await pass(1);
      assert.equal(await second, false, 'there is nothing more');
    }
  });

  it('does not go back to an older state than the one that a new watcher has read', async (context) => {
    const { save, watch, pass, jobs, watcher, delayNext } = setUp(context);
    const job = await save(newJob(CONVERTING));
    using first = await watch(job);
    await pass(1);
    const finishOldRead = delayNext();
    await pass(1);
    await jobs.update(job.id, (now) => newJob({ ...now, status: 'converting', progress: 0.9 }));
    using second = watcher.watchJob(await jobs.get(job.id));
    finishOldRead();
    await runEventLoop(20);
    for (const each of [first, second]) {
      const latest = each.latest();
      assert.equal(latest !== 'gone' && 'progress' in latest.document && latest.document.progress, 0.9);
    }
  });

  it('goes on after the store was unavailable', async (context) => {
    const set = setUp(context);
    const job = await set.save(newJob(CONVERTING));
    using watch = await set.watch(job);
    using owned = set.watcher.watchOwner(job.owner);
    await set.pass(2);
    set.setUp(false);
    await set.pass(60);
    assert.notEqual(watch.latest(), 'gone');
    assert.deepEqual([...owned.jobs.keys()], [job.id]);
    set.setUp(true);
    await set.jobs.update(job.id, (now) => newJob({ ...now, status: 'cancelled' }));
    await set.pass(3);
    const latest = watch.latest();
    assert.equal(latest !== 'gone' && latest.document.status, 'cancelled');
    assert.equal(owned.jobs.get(job.id)?.document.status, 'cancelled');
  });

  it('gives the watchers of a user the jobs of that user alone', async (context) => {
    const { save, watcher, pass } = setUp(context);
    const mine = await save(newJob());
    await save(newJob({ owner: 'somebody else' }));
    using watch = watcher.watchOwner(mine.owner);
    await pass(2);
    assert.deepEqual([...watch.jobs.keys()], [mine.id]);
  });

  it('reads jobs that wait far back in the queue again only after 15 seconds, or after a command', async (context) => {
    const { save, watcher, pass, live } = setUp(context);
    const queuedAt = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
    for (let count = 0; count < 300; count++)
      await save(newJob({ owner: `user ${count % 2}`, updated_at: queuedAt(count) }));
    using _ = watcher.watchOwner('user 0');
    await pass(2);
    const [first, last] = [live.backlog.queued()[0], live.backlog.queued().at(-1)];
    const readAt = ({ id } = { id: '' }) => live.backlog.get(id)?.readAt ?? 0;
    const [firstAt, lastAt] = [readAt(first), readAt(last)];
    await pass(10);
    assert.equal(readAt(last), lastAt);
    assert.ok(readAt(first) >= firstAt + 9_000, 'the head is read each time');
    await pass(8);
    assert.ok(readAt(last) > lastAt);
  });
});
