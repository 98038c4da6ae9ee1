import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { claim, updateAttempt } from '../../../../services/shared/jobs/transitions.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import {
  createInMemorySweep as build,
  expiringInADay,
  PASS_SECONDS,
  STALL_SECONDS,
} from './in-memory-sweep.ts';

describe('createFindStalled', () => {
  test('does not find a job that keeps changing', async (context) => {
    const { save, pass, jobs } = build(context);
    const job = await save(newJob());
    await jobs.update(job.id, claim('one'));
    for (let progress = 0; progress < 10; progress++) {
      assert.deepEqual((await pass(PASS_SECONDS - 1)).published, []);
      assert.deepEqual((await pass(PASS_SECONDS - 1)).published, []);
      await jobs.update(job.id, updateAttempt('one', { progress: progress / 10 }));
    }
  });

  test('does not rely on the clock of the process that wrote the job', async (context) => {
    const { save, pass } = build(context);
    await save(newJob({ updated_at: '1999-01-01T00:00:00.000Z' }));
    assert.deepEqual((await pass(0)).published, []);
    assert.deepEqual((await pass(1)).published, []);
  });

  test('gives a job time to make progress after a long pause between two passes', async (context) => {
    const { save, pass, jobs } = build(context);
    const job = await save(newJob());
    await jobs.update(job.id, claim('one'));
    await pass(0);
    assert.deepEqual((await pass(20 * STALL_SECONDS)).published, []);
    await jobs.update(job.id, updateAttempt('one', { progress: 0.5 }));
    assert.deepEqual((await pass(PASS_SECONDS)).published, []);
  });

  test('starts again for a job that was missing from the index in between', async (context) => {
    const { save, pass, memory, jobs, index } = build(context);
    const job = await save(newJob());
    const [entry] = (await Array.fromAsync(index.listActive())).flat();
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    await memory.delete('open:'.concat(job.id.slice(-1)));
    await pass(PASS_SECONDS);
    await index.addActive(OWNER.id, job.id);
    assert.ok(entry && (await jobs.get(job.id)));
    assert.deepEqual((await pass(PASS_SECONDS)).published, []);
  });

  test('counts the unfinished jobs of each owner', async (context) => {
    const { save, pass, counts } = build(context);
    const jobs = [newJob(), newJob({ owner: 'bob' }), newJob({ status: 'uploading' }), done(), failed()];
    for (const job of jobs) await save(job);
    await pass(0);
    assert.deepEqual(
      counts.map(({ all }) => all),
      [3],
    );
    assert.deepEqual([counts[0]?.byOwner.get(OWNER.id), counts[0]?.byOwner.get('bob')], [2, 1]);
  });

  const calls = async (finished: number, context: Parameters<typeof build>[0]) => {
    const { save, pass, saveMailRecord, passUntilStalled, activeIds, memory } = build(context);
    const inShard = (number: number, job: Job) => ({
      ...job,
      id: `${job.id.slice(0, -1)}${(number % 16).toString(16)}`,
    });
    for (let number = 0; number < finished; number++) {
      await saveMailRecord(await save(inShard(number, done(expiringInADay()))), 'sent');
    }
    await passUntilStalled();
    assert.deepEqual(await activeIds(), []);
    assert.ok(memory.keys().length >= 2 * finished);
    for (let number = 0; number < 64; number++) await save(inShard(number, newJob(expiringInADay())));
    return (await pass(0)).calls;
  };
  // 5,000 jobs that were active at once have split each document of the index into sixteen.
  for (const [finished, most] of [
    [0, 2],
    [5_000, 6],
  ] as const) {
    test(`makes at most ${most} calls of the store for 64 active jobs, after ${finished} jobs have finished`, async (context) => {
      const made = (await calls(finished, context)).filter((call) => !call.endsWith('undefined'));
      assert.ok(made.length <= most, made.join('\n'));
    });
  }

  test('makes one call more where jobs wait for their mail', async (context) => {
    const { save, pass } = build(context);
    for (const digit of '0123456789abcdef') {
      for (let count = 0; count < 5; count++) {
        const id = `${newJob().id.slice(0, -1)}${digit}`;
        await save(done({ ...expiringInADay(), id }));
      }
    }
    assert.equal((await pass(STALL_SECONDS)).calls.length, 3);
  });
});
