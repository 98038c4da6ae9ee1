import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mp3EventOf } from '../../../../services/shared/jobs/job-events.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { createInMemorySweep as build, expiringIn, PASS_SECONDS, STALL_SECONDS } from './in-memory-sweep.ts';

describe('createRepublish', () => {
  test('publishes a stalled job once, and then again after intervals that grow', async (context) => {
    const { save, pass } = build(context);
    const job = await save(newJob({ expires_at: new Date(Date.now() + 86_400_000).toISOString() }));
    const times: number[] = [];
    for (let at = 0; at <= 40 * STALL_SECONDS; at += 5) {
      const { published } = await pass(at === 0 ? 0 : 5);
      if (published.length === 0) continue;
      assert.deepEqual(published, [`video ${job.id}`]);
      times.push(at / STALL_SECONDS);
    }
    // The timeout grows to 2, 4, 8 and 16 times its length, and then stays.
    assert.deepEqual(times, [1, 3, 7, 15, 31]);
  });

  test('publishes a job whose converter has died', async (context) => {
    const { save, passUntilStalled } = build(context);
    const job = await save(newJob({ status: 'converting', attemptId: 'dead' }));
    assert.deepEqual(await passUntilStalled(), [`video ${job.id}`]);
  });

  for (const end of [done, failed]) {
    test(`publishes the outcome of a job that is ${end().status}, as its converter does, until the mail is sent`, async (context) => {
      const { save, pass, passUntilStalled, saveMailRecord, activeIds, events } = build(context);
      const job = await save(end());
      assert.deepEqual(await passUntilStalled(), [`mp3 ${job.id}`]);
      assert.deepEqual(events, [mp3EventOf(job)]);
      await saveMailRecord(job, 'sending');
      for (let passes = 0; passes < 3; passes++) await pass(PASS_SECONDS);
      assert.deepEqual((await pass(PASS_SECONDS)).published, [`mp3 ${job.id}`]);
      await saveMailRecord(job, 'sent');
      for (let passes = 0; passes < 10; passes++) assert.deepEqual(await passUntilStalled(), []);
      assert.deepEqual(await activeIds(), []);
    });
  }

  for (const end of [done, failed]) {
    test(`publishes nothing for a job of a guest that is ${end().status}, cleans up after it, and lists it where it failed`, async (context) => {
      const { save, passUntilStalled, activeIds, failedIds, remaining, lines } = build(context);
      const job = await save(end({ email: '' }));
      assert.deepEqual(await passUntilStalled(), []);
      assert.deepEqual(await activeIds(), []);
      assert.deepEqual(await failedIds(), job.status === 'failed' ? [job.id] : []);
      assert.ok((await remaining()).includes(`job:${job.id}`));
      assert.doesNotMatch(lines.text(), /"level":(40|50|60)/);
    });
  }

  test('publishes a stalled job of a guest, so that it is converted', async (context) => {
    const { save, passUntilStalled } = build(context);
    const job = await save(newJob({ email: '' }));
    assert.deepEqual(await passUntilStalled(), [`video ${job.id}`]);
  });

  test('publishes nothing for a job of a guest that it fails because no time is left', async (context) => {
    const { save, passUntilStalled, findJob } = build(context);
    const job = await save(newJob({ email: '', ...expiringIn(300) }));
    assert.deepEqual(await passUntilStalled(), []);
    assert.equal((await findJob(job.id))?.status, 'failed');
  });

  test('publishes the outcome of each generation', async (context) => {
    const { save, passUntilStalled, saveMailRecord, jobs, activeIds } = build(context);
    const job = await save(failed());
    await saveMailRecord(job, 'sent');
    await jobs.update(job.id, (now) => ({ ...now, generation: 2 }));
    assert.deepEqual(await passUntilStalled(), [`mp3 ${job.id}`]);
    assert.deepEqual(await activeIds(), [job.id]);
  });

  test('publishes everything as soon as an unavailable broker is back, and the sweep does the rest meanwhile', async (context) => {
    const { save, pass, saveMailRecord, broker, activeIds } = build(context);
    const stalled = [await save(newJob()), await save(newJob()), await save(newJob())];
    const notified = await save(done());
    const upload = await save(newJob({ status: 'uploading' }));
    await saveMailRecord(notified, 'sent');
    broker.isUnavailable = true;
    for (let passes = 0; passes < 20; passes++) await pass(PASS_SECONDS).catch(() => undefined);
    assert.deepEqual((await activeIds()).sort(), stalled.map(({ id }) => id).sort());
    broker.isUnavailable = false;
    const { published } = await pass(15);
    assert.deepEqual(published.sort(), stalled.map(({ id }) => `video ${id}`).sort());
    assert.ok(!published.includes(`video ${upload.id}`));
  });
});
