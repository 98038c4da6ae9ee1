import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mailRecordKey } from '../../../../services/shared/contract/mail-record.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import {
  createInMemorySweep as build,
  FAIL_BEFORE_EXPIRY_SECONDS,
  type InMemorySweep,
  PASS_SECONDS,
} from './in-memory-sweep.ts';

const day = () => ({ expires_at: new Date(Date.now() + 86_400_000).toISOString() });

async function savedMany(
  { save }: InMemorySweep,
  count: number,
  make: (fields: { expires_at: string }) => Job = newJob,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let number = 0; number < count; number++) jobs.push(await save(make(day())));
  return jobs;
}

/** The same id with another last digit, which says in which document its entry is. */
const inShard = (digit: string, { id }: Job) => `${id.slice(0, -1)}${digit}`;

describe('an event that cannot be published', () => {
  test('leaves those behind it their turn in the same pass', async (context) => {
    const harness = build(context);
    const jobs = await savedMany(harness, 5);
    const [first] = (await harness.activeIds()) as [string];
    harness.broker.refuses = ({ job_id }) => job_id === first;
    const published = await harness.passUntilStalled();
    const others = jobs.filter(({ id }) => id !== first);
    assert.deepEqual(published.sort(), others.map(({ id }) => `video ${id}`).sort());
  });

  test('is tried in each pass, after the others, and published when that can be', async (context) => {
    const harness = build(context);
    await savedMany(harness, 8);
    const stuck = (await harness.activeIds()).slice(0, 4);
    harness.broker.refuses = ({ job_id }) => stuck.includes(job_id);
    assert.equal((await harness.passUntilStalled()).length, 0);
    assert.equal((await harness.pass(1)).published.length, 4);
    harness.broker.refuses = () => false;
    const published = [...(await harness.pass(1)).published];
    assert.deepEqual(published.sort(), stuck.map((id) => `video ${id}`).sort());
  });

  test('though the broker is away, a pass over many jobs asks it three times', async (context) => {
    const harness = build(context);
    const jobs = await savedMany(harness, 1000);
    await savedMany(harness, 10, () =>
      newJob({ expires_at: new Date(Date.now() + FAIL_BEFORE_EXPIRY_SECONDS * 1000).toISOString() }),
    );
    for (const seconds of [0, PASS_SECONDS]) await harness.pass(seconds);
    harness.broker.away = true;
    await harness.pass(PASS_SECONDS);
    // Three of those that stand still, and three of those that are given up in this pass.
    assert.equal(harness.broker.asked, 6);
    harness.broker.away = false;
    assert.ok((await harness.pass(1)).published.length >= jobs.length);
  });

  test('keeps no job from being given up in time', async (context) => {
    const harness = build(context);
    const expiring = () =>
      newJob({ expires_at: new Date(Date.now() + FAIL_BEFORE_EXPIRY_SECONDS * 1000).toISOString() });
    const jobs = await savedMany(harness, 10, expiring);
    harness.broker.away = true;
    await harness.passUntilStalled();
    const statuses = await Promise.all(jobs.map(async ({ id }) => (await harness.findJob(id))?.status));
    assert.deepEqual(new Set(statuses), new Set(['failed']));
    harness.broker.away = false;
    const published = [...(await harness.passUntilStalled()), ...(await harness.passUntilStalled())];
    assert.deepEqual(published.sort(), jobs.map(({ id }) => `mp3 ${id}`).sort());
  });
});

describe('a damaged document', () => {
  for (const [what, text] of [
    ['is not JSON', '{"revision":"a","docu'],
    ['holds no document', '{"revision":"a","document":null}'],
  ] as const) {
    test(`of a job, which ${what}, holds no other job back, and the job stays open`, async (context) => {
      const harness = build(context);
      const [broken, ...others] = (await savedMany(harness, 5)) as [Job, ...Job[]];
      await harness.memory.put(`job:${broken.id}`, text);
      const published = await harness.passUntilStalled();
      assert.deepEqual(published.sort(), others.map(({ id }) => `video ${id}`).sort());
      for (let times = 0; times < 3; times++) await harness.passUntilStalled();
      assert.ok((await harness.activeIds()).includes(broken.id));
      assert.ok(
        harness.lines
          .objects()
          .some(({ job_id, msg }) => job_id === broken.id && /damaged/.test(String(msg))),
      );
    });

    test(`of a mail, which ${what}, holds no other job back, and its job stays open`, async (context) => {
      const harness = build(context);
      const [broken, ...others] = (await savedMany(harness, 4, done)) as [Job, ...Job[]];
      await harness.memory.put(mailRecordKey({ job_id: broken.id, run: 1 }), text);
      for (const job of others) await harness.saveMailRecord(job, 'sent');
      for (let times = 0; times < 2; times++) await harness.passUntilStalled();
      assert.deepEqual(await harness.activeIds(), [broken.id]);
    });
  }

  test('is told from a store that is away: then the pass breaks off after one call', async (context) => {
    const harness = build(context);
    await savedMany(harness, 50);
    harness.sweepStore.call = (what, call) =>
      what.startsWith('getMany job') ? Promise.reject(unavailable('the store')) : call();
    await assert.rejects(harness.pass(0), /store/);
    assert.equal(harness.calls.length, 2);
  });
});

describe('an index that cannot be written', () => {
  test('keeps open none but the jobs that go into it', async (context) => {
    const harness = build(context);
    const broken = await harness.save(failed(day()));
    await harness.saveMailRecord(broken, 'sent');
    const other = await harness.save(
      failed({ ...day(), id: inShard(broken.id.endsWith('0') ? '1' : '0', broken) }),
    );
    await harness.saveMailRecord(other, 'sent');
    await harness.save(newJob({ ...day(), status: 'cancelled' }));
    await harness.saveMailRecord(await harness.save(done(day())), 'sent');
    const stuck = `put failed:${broken.id.slice(-1)}`;
    harness.sweepStore.call = (what, call) =>
      what === stuck ? Promise.reject(unavailable('the store')) : call();
    for (let times = 0; times < 2; times++) await harness.passUntilStalled();
    assert.deepEqual([await harness.activeIds(), await harness.failedIds()], [[broken.id], [other.id]]);
  });
});
