import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createJobIndex } from '../../services/gateway/job-index/job-index.ts';
import { createShardedMap } from '../../services/gateway/job-index/sharded-map.ts';
import { orderOf } from '../../services/shared/job-index/shard.ts';
import type { Job } from '../../services/shared/jobs/job.ts';
import { createJobStore } from '../../services/shared/jobs/job-store.ts';
import { LostAttempt } from '../../services/shared/jobs/transition-guards.ts';
import { cancel, claim, complete, tombstone, updateAttempt } from '../../services/shared/jobs/transitions.ts';
import { flat, newJob } from '../support/job.ts';
import { asOtherProcess } from '../support/other-process.ts';
import type { StateUnderTest } from './state-store.ts';

/** Tests the job store, the job index and the sharded map over any state store. */
export function jobStoreContract(name: string, make: () => StateUnderTest): void {
  testJobStore(name, make);
  testJobIndex(name, make);
  testShardedMap(name, make);
}

function testJobStore(name: string, make: () => StateUnderTest): void {
  describe(`job store: ${name}`, () => {
    const { state } = make();
    const jobs = createJobStore(state);
    const inOtherProcess = () => createJobStore(asOtherProcess(state));
    const created = async (fields: Partial<Job> = {}) => {
      const job = newJob(fields);
      await jobs.create(job);
      return job;
    };

    test('creates a job once', async () => {
      const job = newJob({ filename: '$etag "\u202e🎬\\.mp4' });
      const all = await Promise.allSettled([1, 2, 3].map(() => inOtherProcess().create(job)));
      assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
      await assert.rejects(jobs.create(job), { code: 'state_conflict' });
      assert.deepEqual((await jobs.get(job.id)).document, job);
    });

    test('gives a job to one of many attempts that claim it at the same time', async () => {
      const { id } = await created();
      const claims = Array.from({ length: 6 }, (_, number) =>
        inOtherProcess().update(id, (job) =>
          job.status === 'queued' ? claim(`attempt-${number}`)(job) : undefined,
        ),
      );
      await Promise.all(claims);
      const { attempts, orphanedBlobs } = (await jobs.get(id)).document;
      assert.deepEqual([attempts, orphanedBlobs], [1, []]);
    });

    test('either completes or cancels a job when both happen at the same time', async () => {
      for (let round = 0; round < 5; round++) {
        const { id } = await created({ status: 'converting', attemptId: 'one' });
        const [finished, cancelled] = await Promise.allSettled([
          inOtherProcess().update(
            id,
            complete('one', { mp3: { size: 1, sha256: 'ab', duration_seconds: 1 }, warnings: [] }, {}),
          ),
          inOtherProcess().update(id, cancel),
        ]);
        const { status } = (await jobs.get(id)).document;
        assert.deepEqual(
          [finished.status, cancelled.status],
          status === 'done' ? ['fulfilled', 'rejected'] : ['rejected', 'fulfilled'],
        );
      }
    });

    test('refuses late saves of a lost attempt', async () => {
      const { id } = await created({ status: 'converting', attemptId: 'one' });
      const before = (await state.get(`job:${id}`)) ?? assert.fail();
      await jobs.update(id, claim('two'));
      await assert.rejects(jobs.update(id, updateAttempt('one', { progress: 0.5 })), LostAttempt);
      assert.equal(await state.put(`job:${id}`, before.value, { when: { etag: before.etag } }), false);
      assert.equal(flat((await jobs.get(id)).document).attemptId, 'two');
    });

    test('refuses late saves of a deleted job', async () => {
      const job = await created();
      const before = (await state.get(`job:${job.id}`)) ?? assert.fail();
      await jobs.update(job.id, tombstone);
      assert.equal(await state.put(`job:${job.id}`, before.value, { when: { etag: before.etag } }), false);
      assert.equal(await state.put(`job:${job.id}`, before.value, { when: 'create' }), false);
      await assert.rejects(jobs.get(job.id), { code: 'not_found' });
      await assert.rejects(jobs.update(job.id, claim('late')), { code: 'not_found' });
      await assert.rejects(jobs.create(job), { code: 'state_conflict' });
      assert.equal((await jobs.find(job.id))?.status, 'deleted');
    });

    test('hides an expired job and refuses to change it, although its key still exists', async () => {
      const job = await created({ expires_at: new Date(Date.now() - 1).toISOString() });
      await assert.rejects(jobs.get(job.id), { code: 'not_found' });
      await assert.rejects(jobs.update(job.id, cancel), { code: 'not_found' });
      assert.deepEqual(await jobs.find(job.id), job);
    });
  });
}

function testJobIndex(name: string, make: () => StateUnderTest): void {
  describe(`job index: ${name}`, () => {
    const { state } = make();
    const index = createJobIndex(state, 3600);
    const inOtherProcess = () => createJobIndex(asOtherProcess(state), 3600);
    const newIds = (count: number) => Array.from({ length: count }, () => randomUUID());
    const entriesOf = async (ids: string[]) =>
      (await Array.fromAsync(index.listActive())).flat().filter(({ id }) => ids.includes(id));
    const openOf = async (ids: string[]) => (await entriesOf(ids)).map(({ id }) => id).sort();

    test('keeps an entry that was added again after it was read', async () => {
      const ids = newIds(1);
      await index.addActive('ann', ids[0] ?? '');
      const seen = await entriesOf(ids);
      await index.addActive('ann', ids[0] ?? '');
      await index.removeActive(seen);
      assert.deepEqual(await openOf(ids), ids);
      await index.removeActive(await entriesOf(ids));
      assert.deepEqual(await openOf(ids), []);
    });

    test('loses no entry when many are added and removed at the same time', async () => {
      const [old, fresh] = [newIds(24), newIds(24)];
      await Promise.all(old.map((id) => inOtherProcess().addActive('ann', id)));
      const entries = await entriesOf(old);
      await Promise.all([
        ...fresh.map((id) => inOtherProcess().addActive('bob', id)),
        ...Array.from({ length: 4 }, (_, part) =>
          inOtherProcess().removeActive(entries.filter((_entry, at) => at % 4 === part)),
        ),
      ]);
      assert.deepEqual(await openOf([...old, ...fresh]), fresh.toSorted());
      await index.removeActive(await entriesOf(fresh));
    });

    test('lists all jobs that one owner got at the same time', async () => {
      const [owner, ids] = [randomUUID(), newIds(20)];
      await Promise.all(ids.map((id) => inOtherProcess().addOwned(owner, id)));
      const pages = await Array.fromAsync(index.listOwned(owner, undefined));
      const listed = pages.flatMap(({ entries }) => entries);
      assert.deepEqual(listed.map(({ id }) => id).sort(), ids.toSorted());
    });
  });
}

function testShardedMap(name: string, make: () => StateUnderTest): void {
  describe(`sharded map: ${name}`, () => {
    const TTL = 60;
    const build = () => {
      const { state } = make();
      const key = `test-${randomUUID()}`;
      const options = { ttlSeconds: TTL, maxEntries: 5 };
      /** The map as a process of its own has it. */
      const map = () => createShardedMap<{ by: number }>(asOtherProcess(state), key, options);
      return { map, list: async () => (await Array.fromAsync(map().list())).flat() };
    };
    const inOrder = (ids: string[]) => ids.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));

    test('loses no entry when several writers split its documents at the same time', async () => {
      const { map, list } = build();
      const writers = Array.from({ length: 4 }, (_, by) =>
        // Only two last digits, so that all writers meet in the same documents.
        Array.from({ length: 25 }, () => ({ id: `${randomUUID().slice(0, -1)}${by % 2}`, by })),
      );
      await Promise.all(
        writers.map(async (values) => {
          for (let at = 0; at < values.length; at += 5) await map().put(values.slice(at, at + 5));
        }),
      );
      const all = inOrder(writers.flat().map(({ id }) => id));
      const entries = await list();
      assert.deepEqual(
        entries.map(({ id }) => id),
        all,
      );
      const after = (await Array.fromAsync(map().list(undefined, all[49]))).flat();
      assert.deepEqual(
        after.map(({ id }) => id),
        all.slice(50),
      );
      await Promise.all([map().remove(entries.slice(0, 60)), map().remove(entries.slice(40, 90))]);
      assert.deepEqual(
        (await list()).map(({ id }) => id),
        all.slice(90),
      );
    });
  });
}
