import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baseOf, type Job } from '../../../../services/shared/jobs/job.ts';
import { mp3EventOf } from '../../../../services/shared/jobs/job-events.ts';
import { claim, retry, tombstone, updateAttempt } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { turns } from '../../../support/event-loop.ts';
import { done, failed, flat, newJob, OWNER } from '../../../support/job.ts';
import { sweepOverMemory as build, LOOK, SILENT, TELL } from './sweep-over-memory.ts';

describe('a sweep publishes again', () => {
  test('a silent job, once, and with growing patience', async (context) => {
    const { save, pass } = build(context);
    const job = await save(newJob({ expires_at: new Date(Date.now() + 86_400_000).toISOString() }));
    const times: number[] = [];
    for (let at = 0; at <= 40 * SILENT; at += 5) {
      const { published } = await pass(at === 0 ? 0 : 5);
      if (published.length === 0) continue;
      assert.deepEqual(published, [`video ${job.id}`]);
      times.push(at / SILENT);
    }
    // 1, 2, 4, 8 and then always 16 times as long.
    assert.deepEqual(times, [1, 3, 7, 15, 31]);
  });

  test('a job whose converter has died', async (context) => {
    const { save, standStill } = build(context);
    const job = await save(newJob({ status: 'converting', attemptId: 'of the dead' }));
    assert.deepEqual(await standStill(), [`video ${job.id}`]);
  });

  for (const end of [done, failed]) {
    test(`the outcome of a job that is ${end().status}, as its converter would have published it, until its mail was sent`, async (context) => {
      const { save, pass, standStill, mail, open, events } = build(context);
      const job = await save(end());
      assert.deepEqual(await standStill(), [`mp3 ${job.id}`]);
      assert.deepEqual(events, [mp3EventOf(job)]);
      await mail(job, 'sending');
      for (let looks = 0; looks < 3; looks++) await pass(LOOK);
      assert.deepEqual((await pass(LOOK)).published, [`mp3 ${job.id}`]);
      await mail(job, 'sent');
      for (let looks = 0; looks < 10; looks++) assert.deepEqual(await standStill(), []);
      assert.deepEqual(await open(), []);
    });
  }

  test('the outcome of each run', async (context) => {
    const { save, standStill, mail, jobs, open } = build(context);
    const job = await save(failed());
    await mail(job, 'sent');
    await jobs.update(job.id, (now) => ({ ...now, generation: 2 }));
    assert.deepEqual(await standStill(), [`mp3 ${job.id}`]);
    assert.deepEqual(await open(), [job.id]);
  });
});

describe('a job that nobody has converted when its time is nearly over', () => {
  const expiring = (seconds: number, fields: Partial<Job> = {}) =>
    newJob({ expires_at: new Date(Date.now() + seconds * 1000).toISOString(), ...fields });

  for (const fields of [{}, { status: 'converting', attemptId: 'of the dead' }] as const) {
    test(`is failed, and its owner told, though it was ${fields.status ?? 'queued'}`, async (context) => {
      const { save, standStill, stored, mail, pass, failedOnes } = build(context);
      const job = await save(expiring(TELL, fields));
      assert.deepEqual(await standStill(), [`mp3 ${job.id}`]);
      const ended = flat((await stored(job.id)) ?? assert.fail());
      assert.deepEqual(
        [ended.status, ended.error?.code, ended.attemptId, ended.orphanedBlobs],
        ['failed', 'gave_up', null, 'attemptId' in fields ? [fields.attemptId] : []],
      );
      await mail(ended, 'sent');
      for (let looks = 0; looks < 4; looks++) await pass(LOOK);
      assert.deepEqual(await failedOnes(), [job.id]);
    });
  }

  test('is told even when the broker was away at that moment', async (context) => {
    const { save, pass, standStill, broker } = build(context);
    const job = await save(expiring(TELL));
    broker.away = true;
    for (let looks = 0; looks < 3; looks++) await pass(LOOK).catch(() => undefined);
    broker.away = false;
    assert.deepEqual(await standStill(), [`mp3 ${job.id}`]);
  });

  test('is left to a converter that works on it', async (context) => {
    const { save, pass, jobs, stored } = build(context);
    const job = await save(expiring(TELL));
    await jobs.update(job.id, claim('one'));
    for (let progress = 0; progress < 10; progress++) {
      await pass(LOOK);
      await jobs.update(job.id, updateAttempt('one', { progress: progress / 10 }));
    }
    assert.equal((await stored(job.id))?.status, 'converting');
  });

  test('is not told of, when its owner deletes it at that moment', async (context) => {
    const { save, pass, jobs, store, stored, advance, clock, sweep, events } = build(context);
    const job = await save(expiring(TELL));
    for (const seconds of [0, LOOK]) await pass(seconds);
    store.call = async (what, call) => {
      if (what === `put job:${job.id}`) {
        store.call = (_what, next) => next();
        await jobs.update(job.id, tombstone);
      }
      return call();
    };
    advance(LOOK);
    await clock.until(sweep.pass(new AbortController().signal));
    assert.deepEqual(events, []);
    assert.equal((await stored(job.id))?.status, 'deleted');
  });

  test('is given up in time, however often it was published before', async (context) => {
    const { save, pass, stored } = build(context);
    const job = await save(expiring(TELL + 16 * SILENT));
    for (let at = 0; at < 18 * SILENT; at += LOOK) await pass(LOOK);
    assert.equal((await stored(job.id))?.status, 'failed');
  });

  test('is published as ever while there is time', async (context) => {
    const { save, standStill } = build(context);
    const job = await save(expiring(TELL + 5 * SILENT));
    assert.deepEqual(await standStill(), [`video ${job.id}`]);
  });
});

describe('a sweep does not publish', () => {
  test('a job that changes', async (context) => {
    const { save, pass, jobs } = build(context);
    const job = await save(newJob());
    await jobs.update(job.id, claim('one'));
    for (let progress = 0; progress < 10; progress++) {
      assert.deepEqual((await pass(LOOK - 1)).published, []);
      assert.deepEqual((await pass(LOOK - 1)).published, []);
      await jobs.update(job.id, updateAttempt('one', { progress: progress / 10 }));
    }
  });

  test('by the clock of whoever wrote the job', async (context) => {
    const { save, pass } = build(context);
    await save(newJob({ updated_at: '1999-01-01T00:00:00.000Z' }));
    assert.deepEqual((await pass(0)).published, []);
    assert.deepEqual((await pass(1)).published, []);
  });

  test('what it could not see moving, because the store was away or it stood still itself', async (context) => {
    const { save, pass, jobs } = build(context);
    const job = await save(newJob());
    await jobs.update(job.id, claim('one'));
    await pass(0);
    assert.deepEqual((await pass(20 * SILENT)).published, []);
    await jobs.update(job.id, updateAttempt('one', { progress: 0.5 }));
    assert.deepEqual((await pass(LOOK)).published, []);
  });

  test('what it has not watched in between', async (context) => {
    const { save, pass, memory, jobs, index } = build(context);
    const job = await save(newJob());
    const [entry] = (await Array.fromAsync(index.listActive())).flat();
    for (const seconds of [0, LOOK]) await pass(seconds);
    await memory.delete('open:'.concat(job.id.slice(-1)));
    await pass(LOOK);
    await index.addActive(OWNER.id, job.id);
    assert.ok(entry && (await jobs.get(job.id)));
    assert.deepEqual((await pass(LOOK)).published, []);
  });
});

describe('when the broker is away', () => {
  test('all else is done, and all is published as soon as it is back', async (context) => {
    const { save, pass, mail, broker, open } = build(context);
    const silent = [await save(newJob()), await save(newJob()), await save(newJob())];
    const told = await save(done());
    const upload = await save(newJob({ status: 'uploading' }));
    await mail(told, 'sent');
    broker.away = true;
    for (let looks = 0; looks < 20; looks++) await pass(LOOK).catch(() => undefined);
    assert.deepEqual((await open()).sort(), silent.map(({ id }) => id).sort());
    broker.away = false;
    const { published } = await pass(15);
    assert.deepEqual(published.sort(), silent.map(({ id }) => `video ${id}`).sort());
    assert.ok(!published.includes(`video ${upload.id}`));
  });
});

describe('a pass', () => {
  test('adds a job to the failed ones that it sees failed, and leaves it among the open ones', async (context) => {
    const { save, pass, failedOnes, open } = build(context);
    const job = await save(failed());
    for (const other of [newJob(), done(), newJob({ status: 'cancelled' }), newJob({ status: 'deleted' })]) {
      await save(other);
    }
    await pass(0);
    assert.deepEqual(await failedOnes(), [job.id]);
    assert.ok((await open()).includes(job.id));
    const { calls } = await pass(1);
    assert.deepEqual(
      calls.filter((call) => call.startsWith('put')),
      [],
    );
  });

  test('adds a job that was retried and failed again, though its entry is just being forgotten', async (context) => {
    const { save, pass, jobs, failedIndex, failedOnes } = build(context);
    const job = await save(failed());
    await pass(0);
    const seen = (await Array.fromAsync(failedIndex.list())).flatMap(({ entries }) => entries);
    await jobs.update(job.id, retry);
    await pass(1);
    await jobs.update(job.id, (now) => failed(baseOf(now)));
    await pass(1);
    await failedIndex.remove(seen);
    assert.deepEqual(await failedOnes(), [job.id]);
  });

  test('counts what is unfinished', async (context) => {
    const { save, pass, counts } = build(context);
    const jobs = [newJob(), newJob({ owner: 'bob' }), newJob({ status: 'uploading' }), done(), failed()];
    for (const job of jobs) await save(job);
    await pass(0);
    assert.deepEqual(
      counts.map(({ all }) => all),
      [3],
    );
    assert.deepEqual([counts[0]?.of.get(OWNER.id), counts[0]?.of.get('bob')], [2, 1]);
  });

  test('ends at once when the service stops', async (context) => {
    const { save, pass, sweep } = build(context);
    for (let jobs = 0; jobs < 5; jobs++) await save(newJob());
    for (const seconds of [0, LOOK]) await pass(seconds);
    const stop = new AbortController();
    stop.abort(new Error('stopping'));
    await assert.rejects(sweep.pass(stop.signal), { message: 'stopping' });
  });
});

describe('the sweep goes on', () => {
  test('after a pass that broke off, until it is stopped', async (context) => {
    const { make, clock, lines } = build(context);
    const stop = new AbortController();
    let passes = 0;
    const index = {
      listActive() {
        passes++;
        if (passes === 3) stop.abort();
        throw unavailable('the store');
      },
    };
    const run = make({ index: index as never }).run(15, stop.signal);
    for (const pass of [1, 2, 3]) {
      await turns(5);
      assert.equal(passes, pass);
      clock.advance(15_000);
    }
    await run;
    assert.equal(lines.objects().length, 2);
  });
});
