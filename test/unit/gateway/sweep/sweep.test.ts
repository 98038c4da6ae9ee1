import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { retry } from '../../../../services/shared/jobs/generations.ts';
import { baseOf } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { runEventLoop } from '../../../support/event-loop.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { createInMemorySweep as build, expiringInADay, PASS_SECONDS } from './in-memory-sweep.ts';

describe('createSweep', () => {
  test('adds a job that it sees failed to the index of failed jobs once, and leaves it active', async (context) => {
    const { save, pass, failedIds, activeIds } = build(context);
    const job = await save(failed());
    for (const other of [newJob(), done(), newJob({ status: 'cancelled' }), newJob({ status: 'deleted' })]) {
      await save(other);
    }
    await pass(0);
    assert.deepEqual(await failedIds(), [job.id]);
    assert.ok((await activeIds()).includes(job.id));
    const { calls } = await pass(1);
    assert.deepEqual(
      calls.filter((call) => call.startsWith('put')),
      [],
    );
  });

  test('adds a job that was retried and failed again, even while its old entry is being removed', async (context) => {
    const { save, pass, jobs, failedIndex, failedIds } = build(context);
    const job = await save(failed());
    await pass(0);
    const seen = (await Array.fromAsync(failedIndex.list())).flatMap(({ entries }) => entries);
    await jobs.update(job.id, retry);
    await pass(1);
    await jobs.update(job.id, (now) => failed(baseOf(now)));
    await pass(1);
    await failedIndex.remove(seen);
    assert.deepEqual(await failedIds(), [job.id]);
  });

  test('ends a pass at once when the service stops', async (context) => {
    const { save, pass, sweep } = build(context);
    for (let jobs = 0; jobs < 5; jobs++) await save(newJob());
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    const stop = new AbortController();
    stop.abort(new Error('stopping'));
    await assert.rejects(sweep.pass(stop.signal), { message: 'stopping' });
  });

  test('may run in two gateways at once, which together clean up ended jobs and end dead uploads', async (context) => {
    const { save, saveBlob, makeSweep, remaining, clock, advance } = build(context);
    for (let count = 0; count < 8; count++) {
      const status = (['deleted', 'uploading', 'cancelled'] as const)[count % 3] ?? 'queued';
      await save(newJob({ ...expiringInADay(), status, videoBlobId: await saveBlob(`video-${count}`) }));
    }
    const both = [makeSweep(), makeSweep()];
    for (let passes = 0; passes < 12; passes++) {
      advance(PASS_SECONDS);
      const passes = both.map((sweep) => sweep.pass(new AbortController().signal));
      await clock.until(Promise.all(passes));
    }
    // Cancelled jobs stay, with their videos.
    const kept = (await remaining()).map((key) => key.split(':')[0]);
    assert.deepEqual(kept.sort(), ['blob', 'blob', 'chunk', 'chunk', 'chunk', 'chunk', 'job', 'job']);
  });

  test('starts the next pass after one that failed, until it is stopped', async (context) => {
    const { makeSweep, clock, lines } = build(context);
    const stop = new AbortController();
    let passes = 0;
    const index = {
      listActive() {
        passes++;
        if (passes === 3) stop.abort();
        throw unavailable('the store');
      },
    };
    const run = makeSweep({ index: index as never }).run(15, stop.signal);
    for (const pass of [1, 2, 3]) {
      await runEventLoop(5);
      assert.equal(passes, pass);
      clock.advance(15_000);
    }
    await run;
    assert.equal(lines.objects().length, 2);
  });
});
