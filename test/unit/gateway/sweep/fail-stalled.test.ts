import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import {
  acceptUpload,
  claim,
  renewUpload,
  tombstone,
  updateAttempt,
} from '../../../../services/shared/jobs/transitions.ts';
import { flat, newJob } from '../../../support/job.ts';
import {
  createInMemorySweep as build,
  expiringIn,
  expiringInADay,
  FAIL_BEFORE_EXPIRY_SECONDS,
  PASS_SECONDS,
  STALL_SECONDS,
} from './in-memory-sweep.ts';

describe('createFailStalled, for a job', () => {
  const expiring = (seconds: number, fields: Partial<Job> = {}) =>
    newJob({ ...expiringIn(seconds), ...fields });

  for (const fields of [{}, { status: 'converting', attemptId: 'dead' }] as const) {
    test(`fails a job that is ${fields.status ?? 'queued'} shortly before it expires, so that its owner is notified`, async (context) => {
      const { save, passUntilStalled, findJob, saveMailRecord, pass, failedIds } = build(context);
      const job = await save(expiring(FAIL_BEFORE_EXPIRY_SECONDS, fields));
      assert.deepEqual(await passUntilStalled(), [`mp3 ${job.id}`]);
      const ended = flat((await findJob(job.id)) ?? assert.fail());
      assert.deepEqual(
        [ended.status, ended.error?.code, ended.attemptId, ended.orphanedBlobs],
        ['failed', 'gave_up', null, 'attemptId' in fields ? [fields.attemptId] : []],
      );
      await saveMailRecord(ended, 'sent');
      for (let passes = 0; passes < 4; passes++) await pass(PASS_SECONDS);
      assert.deepEqual(await failedIds(), [job.id]);
    });
  }

  test('publishes the failure later when the broker is unavailable at that moment', async (context) => {
    const { save, pass, passUntilStalled, broker } = build(context);
    const job = await save(expiring(FAIL_BEFORE_EXPIRY_SECONDS));
    broker.isUnavailable = true;
    for (let passes = 0; passes < 3; passes++) await pass(PASS_SECONDS).catch(() => undefined);
    broker.isUnavailable = false;
    assert.deepEqual(await passUntilStalled(), [`mp3 ${job.id}`]);
  });

  test('leaves a job alone whose converter makes progress', async (context) => {
    const { save, pass, jobs, findJob } = build(context);
    const job = await save(expiring(FAIL_BEFORE_EXPIRY_SECONDS));
    await jobs.update(job.id, claim('one'));
    for (let progress = 0; progress < 10; progress++) {
      await pass(PASS_SECONDS);
      await jobs.update(job.id, updateAttempt('one', { progress: progress / 10 }));
    }
    assert.equal((await findJob(job.id))?.status, 'converting');
  });

  test('publishes nothing for a job that its owner deletes at that moment', async (context) => {
    const { save, pass, jobs, sweepStore, findJob, advance, clock, sweep, events } = build(context);
    const job = await save(expiring(FAIL_BEFORE_EXPIRY_SECONDS));
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    sweepStore.call = async (what, call) => {
      if (what === `put job:${job.id}`) {
        sweepStore.call = (_what, next) => next();
        await jobs.update(job.id, tombstone);
      }
      return call();
    };
    advance(PASS_SECONDS);
    await clock.until(sweep.pass(new AbortController().signal));
    assert.deepEqual(events, []);
    assert.equal((await findJob(job.id))?.status, 'deleted');
  });

  test('fails a job in time, however often it was published before', async (context) => {
    const { save, pass, findJob } = build(context);
    const job = await save(expiring(FAIL_BEFORE_EXPIRY_SECONDS + 16 * STALL_SECONDS));
    for (let at = 0; at < 18 * STALL_SECONDS; at += PASS_SECONDS) await pass(PASS_SECONDS);
    assert.equal((await findJob(job.id))?.status, 'failed');
  });

  test('does not fail a job that has time left: it is published again', async (context) => {
    const { save, passUntilStalled } = build(context);
    const job = await save(expiring(FAIL_BEFORE_EXPIRY_SECONDS + 5 * STALL_SECONDS));
    assert.deepEqual(await passUntilStalled(), [`video ${job.id}`]);
  });

  for (const [lifeSeconds, leftSeconds, event] of [
    [400, 300, 'video'],
    [400, 80, 'mp3'],
    [86_400, 300, 'mp3'],
  ] as const) {
    const whatHappens = event === 'mp3' ? 'fails' : 'does not fail';
    test(`${whatHappens} a job that lives for ${lifeSeconds} seconds with ${leftSeconds} left`, async (context) => {
      const { save, passUntilStalled } = build(context);
      const created = Date.now() + (leftSeconds - lifeSeconds) * 1000;
      const job = await save(expiring(leftSeconds, { created_at: new Date(created).toISOString() }));
      assert.deepEqual(await passUntilStalled(), [`${event} ${job.id}`]);
    });
  }
});

const newUpload = () => newJob({ status: 'uploading', ...expiringInADay() });

describe('createFailStalled, for an upload', () => {
  test('ends an upload that has died, so that the clean-up deletes all of it, and publishes nothing', async (context) => {
    const { save, saveBlob, passUntilStalled, findJob, remaining, activeIds, blobs } = build(context);
    const job = await save({ ...newUpload(), videoBlobId: await saveBlob('v') });
    assert.deepEqual(await passUntilStalled(), []);
    assert.equal((await findJob(job.id))?.status, 'deleted');
    assert.deepEqual(await activeIds(), [job.id]);
    assert.ok(await blobs.stat('v'), 'the last chunks may still arrive');
    assert.deepEqual(await passUntilStalled(), []);
    assert.deepEqual(await remaining(), []);
  });

  test('leaves an upload with a heartbeat alone', async (context) => {
    const { save, pass, jobs, findJob } = build(context);
    const job = await save(newUpload());
    for (let count = 0; count < 20; count++) {
      await pass(PASS_SECONDS);
      await jobs.update(job.id, renewUpload);
    }
    assert.equal((await findJob(job.id))?.status, 'uploading');
  });

  test('leaves an upload alone whose heartbeat arrives after the sweep has read it', async (context) => {
    const { save, pass, jobs, sweepStore, findJob } = build(context);
    const job = await save(newUpload());
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    sweepStore.call = async (what, call) => {
      const result = await call();
      context.mock.timers.tick(1);
      if (what.startsWith('getMany job')) await jobs.update(job.id, renewUpload);
      return result;
    };
    await pass(PASS_SECONDS);
    assert.equal((await findJob(job.id))?.status, 'uploading');
  });

  test('leaves an upload alone that is accepted after the sweep has read it, and its job is published', async (context) => {
    const { save, pass, jobs, sweepStore, findJob, clock, passUntilStalled } = build(context);
    const job = await save(newUpload());
    for (const seconds of [0, PASS_SECONDS]) await pass(seconds);
    let accepted = false;
    sweepStore.call = async (what, call) => {
      // At the last moment: the sweep has read the job, and not yet written it.
      if (what.startsWith('put job') && !accepted) {
        accepted = true;
        await jobs.update(job.id, acceptUpload(job));
      }
      return call();
    };
    await clock.until(pass(PASS_SECONDS));
    assert.equal((await findJob(job.id))?.status, 'queued');
    assert.ok((await passUntilStalled()).includes(`video ${job.id}`));
  });

  test('prevents an ended upload from being accepted', async (context) => {
    const { save, jobs } = build(context);
    const job = await save(newUpload());
    await jobs.update(job.id, tombstone);
    await assert.rejects(jobs.update(job.id, acceptUpload(job)), { code: 'not_found' });
  });
});
