import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { HIDDEN, newJob } from '../../../support/job.ts';

describe('createJobStore', () => {
  test('returns the same job that was stored, with any file name', async () => {
    const jobs = createJobStore(createMemoryState());
    const job = newJob({ filename: '$etag "\u202e🎬\\.mp4' });
    await jobs.create(job);
    assert.deepEqual((await jobs.get(job.id)).document, job);
  });

  test('refuses to create a job twice, and changes nothing', async () => {
    const jobs = createJobStore(createMemoryState());
    const job = newJob();
    await jobs.create(job);
    await assert.rejects(jobs.create({ ...job, filename: 'other.mp4' }), { code: 'state_conflict' });
    assert.deepEqual((await jobs.get(job.id)).document, job);
  });

  test('gives a job another ETag with each change', async () => {
    const jobs = createJobStore(createMemoryState());
    const job = newJob();
    await jobs.create(job);
    const { etag } = await jobs.get(job.id);
    await jobs.update(job.id, (current) => ({ ...current, attempts: 5 }));
    const changed = await jobs.get(job.id);
    assert.equal(changed.document.attempts, 5);
    assert.notEqual(changed.etag, etag);
  });

  test('returns many jobs by their ids, not by the keys of the store', async () => {
    const jobs = createJobStore(createMemoryState());
    const all = [newJob(), newJob()];
    for (const job of all) await jobs.create(job);
    const found = await jobs.getMany([...all.map(({ id }) => id), randomUUID()]);
    assert.deepEqual([...found.keys()].sort(), all.map(({ id }) => id).sort());
  });

  test('rejects with not_found when a missing job is read or changed', async () => {
    const jobs = createJobStore(createMemoryState());
    await assert.rejects(jobs.get(randomUUID()), { code: 'not_found' });
    await assert.rejects(
      jobs.update(randomUUID(), (job) => job),
      { code: 'not_found' },
    );
  });

  for (const [what, job] of HIDDEN) {
    test(`finds a job that is ${what} only by find, not by get`, async () => {
      const jobs = createJobStore(createMemoryState());
      await jobs.create(job);
      await assert.rejects(jobs.get(job.id), { code: 'not_found' });
      assert.deepEqual(await jobs.find(job.id), job);
      const cannotBeChanged = job.status !== 'uploading';
      const change = jobs.update(job.id, (current) => ({ ...current, attempts: 5 }));
      if (cannotBeChanged) await assert.rejects(change, { code: 'not_found' });
      else assert.equal((await change).attempts, 5);
    });
  }

  test('does not bring a deleted job back by a save that arrives late', async () => {
    const state = createMemoryState();
    const jobs = createJobStore(state);
    const job = newJob();
    await jobs.create(job);
    const key = state.keys()[0] ?? assert.fail();
    const before = (await state.get(key)) ?? assert.fail();
    await jobs.update(job.id, tombstone);
    assert.equal(await state.put(key, before.value, { when: { etag: before.etag } }), false);
    await assert.rejects(jobs.get(job.id), { code: 'not_found' });
  });

  test('rejects with the error of a change', async () => {
    const jobs = createJobStore(createMemoryState());
    const job = newJob();
    await jobs.create(job);
    const refuse = () => {
      throw new Error('not this one');
    };
    await assert.rejects(jobs.update(job.id, refuse), { message: 'not this one' });
    assert.deepEqual((await jobs.get(job.id)).document, job);
  });

  // An update without a TTL would clear the earlier TTL, and the job would never expire.
  test('hides a job at expires_at and lets it expire later, also after a change', async () => {
    let now = Date.now();
    const state = createMemoryState(() => now);
    const jobs = createJobStore(state);
    const job = newJob({ expires_at: new Date(now + 60_000).toISOString() });
    await jobs.create(job);
    await jobs.update(job.id, (current) => ({ ...current, attempts: 5 }));
    assert.equal(state.keys().length, 1);
    now += 61_000;
    assert.equal(state.keys().length, 1);
    now += 24 * 3600_000;
    assert.deepEqual(state.keys(), []);
  });
});
