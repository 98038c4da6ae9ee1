import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createJobIndex } from '../../../../services/gateway/job-index/job-index.ts';
import type { AccountLimits } from '../../../../services/gateway/limits/group-limits.ts';
import { createDayUsage } from '../../../../services/gateway/usage/day-usage.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { createJobStore } from '../../../../services/shared/jobs/job-store.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createMemoryState } from '../../../../services/shared/state/memory-state.ts';
import { sameLimits } from '../../../support/group-limits.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { asOtherProcess } from '../../../support/other-process.ts';

const DAY_MS = 24 * 3600_000;
const NOON = Date.parse('2026-11-27T12:00:00Z');

/** The usage as several gateways see it, over one store. */
function setUp(limits: Partial<AccountLimits>) {
  const state = createMemoryState();
  const jobs = createJobStore(state);
  const index = createJobIndex(state, 3600);
  const clock = { ms: NOON };
  const groupLimits = sameLimits({ maxUploadBytes: 1e9, retentionSeconds: 3600, ...limits });
  const gateway = () =>
    createDayUsage({
      ...{ state: asOtherProcess(state), jobs, index, groupLimits },
      ...{ keepVideoMs: 3600_000, now: () => clock.ms },
    });
  const [one, other] = [gateway(), gateway()];
  return {
    ...{ state, jobs, index, clock, one, other, gateway },
    async save(job: Job) {
      await jobs.create(job);
      await index.addOwned(job.owner, job.id);
      return job;
    },
    charge: (size = 100, id: string = randomUUID(), usage = one) => usage.charge(OWNER, { id, size }),
  };
}

const exceeded = { code: 'quota_exceeded' };

describe('createDayUsage', () => {
  it('limits the uploads of a day on all gateways together, until midnight', async () => {
    const { charge, one, other, clock } = setUp({ uploadsPerDay: 2 });
    await charge(100, randomUUID(), one);
    await charge(100, randomUUID(), other);
    for (const usage of [one, other]) {
      await assert.rejects(usage.admit(OWNER, 0), {
        ...exceeded,
        headers: {
          'Retry-After': String(12 * 3600),
          'RateLimit-Policy': '"uploads";q=2;w=86400',
          RateLimit: `"uploads";r=0;t=${12 * 3600}`,
        },
      });
    }
    await assert.rejects(charge(), exceeded);
    clock.ms += DAY_MS / 2;
    await one.admit(OWNER, 0);
  });

  it('lets no more through than the limit when many uploads end at the same time', async () => {
    const { gateway, one } = setUp({ uploadsPerDay: 5 });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, () => gateway().charge(OWNER, { id: randomUUID(), size: 1 })),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5);
    assert.equal((await one.view(OWNER)).uploads.used, 5);
  });

  it('counts an upload once, however often it is charged', async () => {
    const { charge, one, other } = setUp({ uploadsPerDay: 2 });
    const id = randomUUID();
    for (const usage of [one, one, other]) await charge(100, id, usage);
    const { uploads, bytes } = await one.view(OWNER);
    assert.deepEqual([uploads.used, bytes.used], [1, 100]);
  });

  it('refuses a file that would pass the bytes of a day, before and after it was sent', async () => {
    const { charge, one } = setUp({ bytesPerDay: 1000 });
    await charge(600);
    await one.admit(OWNER, 400);
    await assert.rejects(one.admit(OWNER, 401), exceeded);
    await one.admit(OWNER, 0);
    await assert.rejects(charge(401), exceeded);
    await charge(400);
    await assert.rejects(one.admit(OWNER, 0), exceeded);
  });

  it('counts the sound of each job once, when its conversion has ended', async () => {
    const { charge, save, one, other } = setUp({ minutesPerDay: 1 });
    const job = done({ mp3: { size: 1, sha256: '', duration_seconds: 45 } });
    await charge(100, job.id);
    assert.equal((await one.view(OWNER)).minutes.used, 0);
    await save(job);
    for (const usage of [one, other, one]) assert.equal((await usage.view(OWNER)).minutes.used, 0.75);
    await one.admit(OWNER, 0);
    const second = done({ mp3: { size: 1, sha256: '', duration_seconds: 15 } });
    await charge(100, second.id);
    await save(second);
    await assert.rejects(other.admit(OWNER, 0), exceeded);
  });

  it('counts the share of the sound of a job that failed or was cancelled', async () => {
    const { charge, save, one } = setUp({ minutesPerDay: 10 });
    const source = { ...newJob().source, duration_seconds: 240 };
    for (const job of [
      failed({ source, progress: 0.5 }),
      newJob({ status: 'cancelled', source, progress: 0.25 }),
    ]) {
      await charge(100, job.id);
      await save(job);
    }
    assert.equal((await one.view(OWNER)).minutes.used, 3);
  });

  it('counts the sound of a job that is deleted at once', async () => {
    const { charge, save, one } = setUp({ minutesPerDay: 1 });
    const job = await save(done({ mp3: { size: 1, sha256: '', duration_seconds: 60 } }));
    await charge(100, job.id);
    for (let times = 0; times < 2; times++) await one.settleBeforeDeletion(job);
    assert.equal((await one.view(OWNER)).minutes.used, 1);
    await assert.rejects(one.admit(OWNER, 0), exceeded);
  });

  it('settles the jobs of an owner who uploads much, and keeps the record small', async () => {
    const { charge, save, state, one } = setUp({});
    for (let number = 0; number < 100; number++) {
      const job = await save(done({ mp3: { size: 10, sha256: '', duration_seconds: 6 } }));
      await charge(1, job.id);
    }
    const entry = await state.get(`usage:${OWNER.id}:2026-11-27`);
    assert.ok(JSON.parse(String(entry?.value)).document.pending.length <= 33);
    assert.equal(Math.round((await one.view(OWNER)).minutes.used), 10);
  });
});

describe('createDayUsage, at midnight', () => {
  it('saves an upload that ends across midnight as one of the day on which it ended, and begins the next day anew', async () => {
    const { state, jobs, index } = setUp({});
    const groupLimits = sameLimits({ maxUploadBytes: 1e9, retentionSeconds: 3600, uploadsPerDay: 20 });
    const midnight = Date.parse('2026-11-28T00:00:00Z');
    let ms = midnight - 10_000;
    let stepMs = 0;
    const now = () => (ms += stepMs);
    const usage = createDayUsage({ state, jobs, index, groupLimits, keepVideoMs: 1, now });
    const charge = () => usage.charge(OWNER, { id: randomUUID(), size: 100 });
    for (let number = 0; number < 19; number++) await charge();
    for (const begin of [1, 4, 7, 11, 14]) {
      ms = midnight - begin;
      stepMs = 3;
      await charge().catch((error) => assert.equal(error.code, 'quota_exceeded'));
    }
    [ms, stepMs] = [midnight - 1, 0];
    assert.equal((await usage.view(OWNER)).uploads.used, 20);
    ms = midnight + 1000;
    const { uploads } = await usage.view(OWNER);
    assert.ok(uploads.used <= 1, `${uploads.used} uploads are counted for the new day`);
    await usage.admit(OWNER, 0);
  });
});

describe('createDayUsage, for an owner with many jobs', () => {
  it('reads them once for many requests that come within seconds, and again after a count that failed', async () => {
    const { state, jobs, index, save } = setUp({});
    for (let number = 0; number < 120; number++)
      await save(newJob({ source: { ...newJob().source, size: 10 } }));
    let reads = 0;
    let isAway = true;
    const counting = {
      ...jobs,
      getMany: async (...args: Parameters<typeof jobs.getMany>) => {
        if (isAway) throw unavailable('the store');
        reads += args[0].length;
        return jobs.getMany(...args);
      },
    };
    const groupLimits = sameLimits({ maxUploadBytes: 1e9, retentionSeconds: 3600, storedBytes: 1e9 });
    const usage = createDayUsage({ state, jobs: counting, index, groupLimits, keepVideoMs: 1 });
    await assert.rejects(usage.view(OWNER), { code: 'unavailable' });
    isAway = false;
    const views = await Promise.all(Array.from({ length: 20 }, () => usage.view(OWNER)));
    for (let times = 0; times < 5; times++) await usage.admit(OWNER, 1);
    for (const { stored_bytes } of views) assert.equal(stored_bytes.used, 1200);
    assert.equal(reads, 120);
    await usage.charge(OWNER, { id: randomUUID(), size: 7 });
    assert.equal((await usage.view(OWNER)).stored_bytes.used, 1207);
  });

  it('leaves out a damaged job, and counts the others', async () => {
    const { state, one, charge, save } = setUp({ minutesPerDay: 100 });
    const [damaged, other] = [newJob(), newJob()].map((job) => ({
      ...job,
      source: { ...job.source, size: 10 },
    }));
    for (const job of [damaged, other]) await save(job ?? assert.fail());
    await state.put(`job:${damaged?.id}`, 'no JSON');
    assert.equal((await one.view(OWNER)).stored_bytes.used, 10);
    await charge(5, damaged?.id);
    await charge(5);
    assert.equal((await one.view(OWNER)).uploads.used, 2);
  });
});

describe('createDayUsage, for what is stored', () => {
  it('begins a day with what was stored before, also where there is no record', async () => {
    const { charge, save, one, clock } = setUp({ storedBytes: 10_000 });
    await save(
      done({
        source: { ...newJob().source, size: 700 },
        mp3: { size: 300, sha256: '', duration_seconds: 1 },
      }),
    );
    assert.equal((await one.view(OWNER)).stored_bytes.used, 1000);
    await charge(500);
    clock.ms += DAY_MS;
    assert.equal((await one.view(OWNER)).stored_bytes.used, 1500);
  });

  it('refuses an upload while the owner keeps too much, and counts what was deleted as free', async () => {
    const { charge, save, one, gateway, jobs } = setUp({ storedBytes: 1000 });
    const job = newJob({ source: { ...newJob().source, size: 800 } });
    await charge(800, job.id);
    await save(job);
    await assert.rejects(one.admit(OWNER, 300), { ...exceeded, headers: { 'Retry-After': '3600' } });
    await one.admit(OWNER, 200);
    await jobs.remove(job.id);
    await gateway().admit(OWNER, 300);
    await charge(1000);
  });

  it('counts MP3s, which may be far larger than their videos', async () => {
    const { charge, save, gateway } = setUp({ storedBytes: 1000 });
    const mp3 = { size: 490, sha256: '', duration_seconds: 1 };
    const job = done({ source: { ...newJob().source, size: 510 }, mp3 });
    await charge(510, job.id);
    await save(job);
    await assert.rejects(gateway().admit(OWNER, 1), exceeded);
  });

  it('counts no jobs of another owner', async () => {
    const { save, one } = setUp({ storedBytes: 1000 });
    await save(newJob({ owner: randomUUID() }));
    assert.equal((await one.view(OWNER)).stored_bytes.used, 0);
  });
});
