import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mailRecordKey } from '../../../../services/shared/contract/mail-record.ts';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob } from '../../../support/job.ts';
import { sweepOverMemory as build, LOOK, type SweepOverMemory, TELL } from './sweep-over-memory.ts';

const day = () => ({ expires_at: new Date(Date.now() + 86_400_000).toISOString() });

async function savedMany(
  { save }: SweepOverMemory,
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
    const world = build(context);
    const jobs = await savedMany(world, 5);
    const [first] = (await world.open()) as [string];
    world.broker.refuses = ({ job_id }) => job_id === first;
    const published = await world.standStill();
    const others = jobs.filter(({ id }) => id !== first);
    assert.deepEqual(published.sort(), others.map(({ id }) => `video ${id}`).sort());
  });

  test('is tried in each pass, after the others, and published when that can be', async (context) => {
    const world = build(context);
    await savedMany(world, 8);
    const stuck = (await world.open()).slice(0, 4);
    world.broker.refuses = ({ job_id }) => stuck.includes(job_id);
    assert.equal((await world.standStill()).length, 0);
    assert.equal((await world.pass(1)).published.length, 4);
    world.broker.refuses = () => false;
    const published = [...(await world.pass(1)).published];
    assert.deepEqual(published.sort(), stuck.map((id) => `video ${id}`).sort());
  });

  test('though the broker is away, a pass over many jobs asks it three times', async (context) => {
    const world = build(context);
    const jobs = await savedMany(world, 1000);
    await savedMany(world, 10, () =>
      newJob({ expires_at: new Date(Date.now() + TELL * 1000).toISOString() }),
    );
    for (const seconds of [0, LOOK]) await world.pass(seconds);
    world.broker.away = true;
    await world.pass(LOOK);
    // Three of those that stand still, and three of those that are given up in this pass.
    assert.equal(world.broker.asked, 6);
    world.broker.away = false;
    assert.ok((await world.pass(1)).published.length >= jobs.length);
  });

  test('keeps no job from being given up in time', async (context) => {
    const world = build(context);
    const expiring = () => newJob({ expires_at: new Date(Date.now() + TELL * 1000).toISOString() });
    const jobs = await savedMany(world, 10, expiring);
    world.broker.away = true;
    await world.standStill();
    const statuses = await Promise.all(jobs.map(async ({ id }) => (await world.stored(id))?.status));
    assert.deepEqual(new Set(statuses), new Set(['failed']));
    world.broker.away = false;
    const published = [...(await world.standStill()), ...(await world.standStill())];
    assert.deepEqual(published.sort(), jobs.map(({ id }) => `mp3 ${id}`).sort());
  });
});

describe('a damaged document', () => {
  for (const [what, text] of [
    ['is not JSON', '{"revision":"a","docu'],
    ['holds no document', '{"revision":"a","document":null}'],
  ] as const) {
    test(`of a job, which ${what}, holds no other job back, and the job stays open`, async (context) => {
      const world = build(context);
      const [broken, ...others] = (await savedMany(world, 5)) as [Job, ...Job[]];
      await world.memory.put(`job:${broken.id}`, text);
      const published = await world.standStill();
      assert.deepEqual(published.sort(), others.map(({ id }) => `video ${id}`).sort());
      for (let times = 0; times < 3; times++) await world.standStill();
      assert.ok((await world.open()).includes(broken.id));
      assert.ok(
        world.lines.objects().some(({ job_id, msg }) => job_id === broken.id && /damaged/.test(String(msg))),
      );
    });

    test(`of a mail, which ${what}, holds no other job back, and its job stays open`, async (context) => {
      const world = build(context);
      const [broken, ...others] = (await savedMany(world, 4, done)) as [Job, ...Job[]];
      await world.memory.put(mailRecordKey({ job_id: broken.id, run: 1 }), text);
      for (const job of others) await world.mail(job, 'sent');
      for (let times = 0; times < 2; times++) await world.standStill();
      assert.deepEqual(await world.open(), [broken.id]);
    });
  }

  test('is told from a store that is away: then the pass breaks off after one call', async (context) => {
    const world = build(context);
    await savedMany(world, 50);
    world.store.call = (what, call) =>
      what.startsWith('getMany job') ? Promise.reject(unavailable('the store')) : call();
    await assert.rejects(world.pass(0), /store/);
    assert.equal(world.calls.length, 2);
  });
});

describe('an index that cannot be written', () => {
  test('keeps open none but the jobs that go into it', async (context) => {
    const world = build(context);
    const broken = await world.save(failed(day()));
    await world.mail(broken, 'sent');
    const other = await world.save(
      failed({ ...day(), id: inShard(broken.id.endsWith('0') ? '1' : '0', broken) }),
    );
    await world.mail(other, 'sent');
    await world.save(newJob({ ...day(), status: 'cancelled' }));
    await world.mail(await world.save(done(day())), 'sent');
    const stuck = `put failed:${broken.id.slice(-1)}`;
    world.store.call = (what, call) => (what === stuck ? Promise.reject(unavailable('the store')) : call());
    for (let times = 0; times < 2; times++) await world.standStill();
    assert.deepEqual([await world.open(), await world.failedOnes()], [[broken.id], [other.id]]);
  });
});
