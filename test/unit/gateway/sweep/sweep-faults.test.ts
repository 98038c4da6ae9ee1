import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mailRecordKey } from '../../../../services/shared/contract/mail-record.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import {
  createInMemorySweep as build,
  expiringIn,
  expiringInADay,
  FAIL_BEFORE_EXPIRY_SECONDS,
  type InMemorySweep,
  PASS_SECONDS,
} from './in-memory-sweep.ts';

async function saveMany(
  { save }: InMemorySweep,
  count: number,
  make: (fields: { expires_at: string }) => Job = newJob,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let number = 0; number < count; number++) jobs.push(await save(make(expiringInADay())));
  return jobs;
}

/** The id of the job with another last digit, which decides in which document of an index its entry is. */
const inShard = (digit: string, { id }: Job) => `${id.slice(0, -1)}${digit}`;

describe('createSweep, with events that cannot be published', () => {
  test('publishes the events behind one that fails in the same pass', async (context) => {
    const harness = build(context);
    const jobs = await saveMany(harness, 5);
    const [first] = (await harness.activeIds()) as [string];
    harness.broker.rejects = ({ job_id }) => job_id === first;
    const published = await harness.passUntilStalled();
    const others = jobs.filter(({ id }) => id !== first);
    assert.deepEqual(published.sort(), others.map(({ id }) => `video ${id}`).sort());
  });

  test('tries failed events in each pass after the others, and publishes them as soon as possible', async (context) => {
    const harness = build(context);
    await saveMany(harness, 8);
    const stuck = (await harness.activeIds()).slice(0, 4);
    harness.broker.rejects = ({ job_id }) => stuck.includes(job_id);
    assert.equal((await harness.passUntilStalled()).length, 0);
    assert.equal((await harness.pass(1)).published.length, 4);
    harness.broker.rejects = () => false;
    const published = [...(await harness.pass(1)).published];
    assert.deepEqual(published.sort(), stuck.map((id) => `video ${id}`).sort());
  });

  test('makes three attempts of each kind in a pass over many jobs while the broker is unavailable', async (context) => {
    const harness = build(context);
    const jobs = await saveMany(harness, 1000);
    await saveMany(harness, 10, () => newJob(expiringIn(FAIL_BEFORE_EXPIRY_SECONDS)));
    for (const seconds of [0, PASS_SECONDS]) await harness.pass(seconds);
    harness.broker.isUnavailable = true;
    await harness.pass(PASS_SECONDS);
    // Three for stalled jobs, and three for jobs that are failed in this pass.
    assert.equal(harness.broker.attempts, 6);
    harness.broker.isUnavailable = false;
    assert.ok((await harness.pass(1)).published.length >= jobs.length);
  });

  test('fails jobs in time while the broker is unavailable', async (context) => {
    const harness = build(context);
    const expiring = () => newJob(expiringIn(FAIL_BEFORE_EXPIRY_SECONDS));
    const jobs = await saveMany(harness, 10, expiring);
    harness.broker.isUnavailable = true;
    await harness.passUntilStalled();
    const statuses = await Promise.all(jobs.map(async ({ id }) => (await harness.findJob(id))?.status));
    assert.deepEqual(new Set(statuses), new Set(['failed']));
    harness.broker.isUnavailable = false;
    const published = [...(await harness.passUntilStalled()), ...(await harness.passUntilStalled())];
    assert.deepEqual(published.sort(), jobs.map(({ id }) => `mp3 ${id}`).sort());
  });
});

describe('createSweep, with a damaged document', () => {
  for (const [what, text] of [
    ['is not JSON', '{"revision":"a","docu'],
    ['holds no document', '{"revision":"a","document":null}'],
  ] as const) {
    test(`publishes the other jobs when the document of a job ${what}, and keeps that job active`, async (context) => {
      const harness = build(context);
      const [broken, ...others] = (await saveMany(harness, 5)) as [Job, ...Job[]];
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

    test(`cleans up the other jobs when a mail record ${what}, and keeps its job active`, async (context) => {
      const harness = build(context);
      const [broken, ...others] = (await saveMany(harness, 4, done)) as [Job, ...Job[]];
      await harness.memory.put(mailRecordKey({ job_id: broken.id, run: 1 }), text);
      for (const job of others) await harness.saveMailRecord(job, 'sent');
      for (let times = 0; times < 2; times++) await harness.passUntilStalled();
      assert.deepEqual(await harness.activeIds(), [broken.id]);
    });
  }

  test('ends the pass after one failed call when the store is unavailable, unlike for a damaged document', async (context) => {
    const harness = build(context);
    await saveMany(harness, 50);
    harness.sweepStore.call = (what, call) =>
      what.startsWith('getMany job') ? Promise.reject(unavailable('the store')) : call();
    await assert.rejects(harness.pass(0), /store/);
    assert.equal(harness.calls.length, 2);
  });
});

describe('createSweep, with an index that cannot be written', () => {
  test('keeps only the jobs active that move to that index', async (context) => {
    const harness = build(context);
    const broken = await harness.save(failed(expiringInADay()));
    await harness.saveMailRecord(broken, 'sent');
    const other = await harness.save(
      failed({ ...expiringInADay(), id: inShard(broken.id.endsWith('0') ? '1' : '0', broken) }),
    );
    await harness.saveMailRecord(other, 'sent');
    await harness.save(newJob({ ...expiringInADay(), status: 'cancelled' }));
    await harness.saveMailRecord(await harness.save(done(expiringInADay())), 'sent');
    const stuck = `put failed:${broken.id.slice(-1)}`;
    harness.sweepStore.call = (what, call) =>
      what === stuck ? Promise.reject(unavailable('the store')) : call();
    for (let times = 0; times < 2; times++) await harness.passUntilStalled();
    assert.deepEqual([await harness.activeIds(), await harness.failedIds()], [[broken.id], [other.id]]);
  });
});
