import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSweep } from '../../../services/gateway/sweep.ts';
import { unavailable } from '../../../services/shared/errors.ts';
import { createLog } from '../../../services/shared/log.ts';
import { outcomeOf } from '../../../services/shared/outcome.ts';
import { createMemoryState } from '../../../services/shared/state.ts';
import { done, failed, newJob, OWNER } from '../../support/job.ts';
import { sweepOverMemory as build, SECOND, SILENT } from './sweep-over-memory.ts';

describe('a sweep', () => {
  test('publishes a silent job again, once, and with growing patience', async (context) => {
    const { save, pass } = build(context);
    const job = await save(newJob());
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

  test('leaves a job alone that changes', async (context) => {
    const { save, pass, jobs } = build(context);
    const job = await save(newJob());
    for (let progress = 0; progress < 10; progress++) {
      assert.deepEqual((await pass(SILENT - 1)).published, []);
      await jobs.update(job.id, (now) => ({ ...now, status: 'converting', progress: progress / 10 }));
    }
  });

  test('publishes a job again whose converter has died', async (context) => {
    const { save, pass } = build(context);
    const job = await save(newJob({ status: 'converting', attempt: 'of the dead' }));
    await pass(0);
    assert.deepEqual((await pass(SILENT)).published, [`video ${job.id}`]);
  });

  test('is patient anew when a job has changed', async (context) => {
    const { save, pass, jobs } = build(context);
    const job = await save(newJob());
    for (const seconds of [0, SILENT, 2 * SILENT]) await pass(seconds);
    await jobs.update(job.id, (now) => ({ ...now, status: 'converting' }));
    await pass(1);
    assert.deepEqual((await pass(SILENT)).published, [`video ${job.id}`]);
  });

  test('does not believe the clock of whoever wrote the job', async (context) => {
    const { save, pass } = build(context);
    await save(newJob({ updated_at: '1999-01-01T00:00:00.000Z' }));
    assert.deepEqual((await pass(0)).published, []);
    assert.deepEqual((await pass(1)).published, []);
  });

  for (const end of [done, failed]) {
    test(`publishes the outcome of a job that is ${end().status} until its mail was sent, and then lets it go`, async (context) => {
      const { save, pass, mail, open } = build(context);
      const job = await save(end());
      await pass(0);
      assert.deepEqual((await pass(SILENT)).published, [`mp3 ${job.id}`]);
      await mail(job, { state: 'sending', sends: 1 });
      assert.deepEqual((await pass(2 * SILENT)).published, [`mp3 ${job.id}`]);
      await mail(job, { state: 'sent', sends: 2 });
      assert.deepEqual((await pass(99 * SILENT)).published, []);
      assert.deepEqual(await open(), []);
    });
  }

  test('publishes as outcome what the converter would have published', async (context) => {
    const { save, jobs, index } = build(context);
    const job = await save(done());
    const events: object[] = [];
    let now = 0;
    context.mock.method(performance, 'now', () => now);
    const sweep = createSweep({
      state: createMemoryState(),
      jobs,
      index,
      publish: async (_topic, event) => void events.push(event),
      log: createLog('gateway', 'silent'),
      silentSeconds: SILENT,
    });
    await sweep.pass(new AbortController().signal);
    now = SILENT * SECOND;
    await sweep.pass(new AbortController().signal);
    assert.deepEqual(events, [outcomeOf(job)]);
  });

  test('lets a cancelled job go: nobody is to be told', async (context) => {
    const { save, pass, open } = build(context);
    await save(newJob({ status: 'cancelled' }));
    assert.deepEqual((await pass(0)).published, []);
    assert.deepEqual(await open(), []);
  });

  test('waits ten minutes for the job of an entry, and then drops the entry', async (context) => {
    const { index, pass, open } = build(context);
    const { id } = newJob();
    await index.add(OWNER.id, id);
    await pass(0);
    await pass(600);
    assert.deepEqual(await open(), [id]);
    assert.deepEqual((await pass(1)).published, []);
    assert.deepEqual(await open(), []);
  });

  test('costs what is open, not what there was', async (context) => {
    const { save, pass, mail } = build(context);
    const finish = async () => {
      // In each of the 16 shards, which are by the last digit.
      for (let count = 0; count < 64; count++) {
        const id = newJob().id.slice(0, -1) + (count % 16).toString(16);
        await mail(await save(done({ id })), { state: 'sent', sends: 1 });
      }
      await pass(0); // lets them go
      return (await pass(0)).calls;
    };
    const after = await finish();
    assert.equal(await finish(), after);
    // One read of the index, and of each shard its jobs and their mails.
    assert.equal(after, 1 + 2 * 16);
  });

  test('forgets what it does not watch any more', async (context) => {
    const { save, pass, memory, jobs } = build(context);
    const job = await save(newJob());
    await pass(0);
    await memory.delete(`job:${job.id}`);
    await pass(SILENT);
    await jobs.create(job);
    assert.deepEqual((await pass(1)).published, []);
  });

  test('leaves what is settled even when the broker is away, and publishes all as soon as it is back', async (context) => {
    const { save, pass, mail, brokers, open } = build(context);
    const silent = [await save(newJob()), await save(newJob()), await save(newJob())];
    const told = await save(done());
    await pass(0);
    await mail(told, { state: 'sent', sends: 1 });
    brokers.away = true;
    for (let count = 0; count < 20; count++) await pass(SILENT).catch(() => undefined);
    assert.ok(!(await open()).includes(told.id));
    brokers.away = false;
    const { published } = await pass(15);
    assert.deepEqual(published.sort(), silent.map(({ id }) => `video ${id}`).sort());
  });
});

describe('the sweep goes on', () => {
  test('after a pass that broke off, until it is stopped', async (context) => {
    const stop = new AbortController();
    let passes = 0;
    const index = {
      listOpen() {
        passes++;
        if (passes === 3) stop.abort();
        throw unavailable('the store');
      },
    };
    const { jobs } = build(context);
    const sweep = createSweep({
      state: createMemoryState(),
      jobs,
      index: index as never,
      publish: async () => undefined,
      log: createLog('gateway', 'silent'),
      silentSeconds: SILENT,
    });
    await sweep.run(0, stop.signal);
    assert.equal(passes, 3);
  });
});
