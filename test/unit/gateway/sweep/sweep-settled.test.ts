import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { retry, tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, failed, newJob, OWNER } from '../../../support/job.ts';
import { sweepOverMemory as build, LOOK, SILENT } from './sweep-over-memory.ts';

const day = () => ({ expires_at: new Date(Date.now() + 86_400_000).toISOString() });

describe('the sweep lets a job go that is settled, when that has stood still:', () => {
  const SETTLED: [what: string, job: () => Job][] = [
    ['done and told', done],
    ['failed and told', failed],
    ['cancelled', () => newJob({ status: 'cancelled' })],
    ['deleted', () => newJob({ status: 'deleted' })],
  ];
  for (const [what, make] of SETTLED) {
    test(what, async (context) => {
      const { save, pass, mail, open } = build(context);
      const job = await save(make());
      await mail(job, 'sent');
      for (const seconds of [0, LOOK, LOOK - 1]) {
        await pass(seconds);
        assert.deepEqual(await open(), [job.id]);
      }
      await pass(1);
      assert.deepEqual(await open(), []);
    });
  }

  test('an entry whose job never came, or is gone', async (context) => {
    const { index, pass, open } = build(context);
    const { id } = newJob();
    await index.addActive(OWNER.id, id);
    for (const seconds of [0, LOOK, LOOK - 1]) await pass(seconds);
    assert.deepEqual(await open(), [id]);
    await pass(1);
    assert.deepEqual(await open(), []);
  });

  test('a job that has expired while it was open, and its blobs with it', async (context) => {
    const { save, saveBlob, pass, standStill, left, open } = build(context);
    const blobs = {
      videoBlobId: await saveBlob('v'),
      attemptId: await saveBlob('a'),
      orphanedBlobs: [await saveBlob('l')],
    };
    await save(
      newJob({ ...blobs, status: 'converting', expires_at: new Date(Date.now() + 200_000).toISOString() }),
    );
    for (let at = 0; at < 200; at += 20) await pass(20);
    assert.deepEqual(await standStill(), []);
    assert.deepEqual([await left(), await open()], [[], []]);
  });

  test('a job that failed is among the failed ones before it leaves the open ones', async (context) => {
    const { save, standStill, mail, open, failedOnes, store, make } = build(context);
    const job = await save(failed());
    await mail(job, 'sent');
    const seen: boolean[] = [];
    store.call = async (what, call) => {
      const isOpen = (await open()).includes(job.id);
      if (what.startsWith('put open')) seen.push((await failedOnes()).includes(job.id));
      assert.ok(isOpen || (await failedOnes()).includes(job.id));
      return call();
    };
    await standStill(make());
    assert.deepEqual([seen, await open(), await failedOnes()], [[true], [], [job.id]]);
  });

  test('a job that failed stays among the open ones while the failed ones cannot be written', async (context) => {
    const { save, pass, mail, open, failedOnes, store } = build(context);
    const job = await save(failed(day()));
    await mail(job, 'sent');
    store.call = (what, call) =>
      what.startsWith('put failed') ? Promise.reject(unavailable('the store')) : call();
    for (let looks = 0; looks < 9; looks++) await pass(LOOK).catch(() => undefined);
    assert.deepEqual([await open(), await failedOnes()], [[job.id], []]);
    store.call = (_what, call) => call();
    await pass(LOOK);
    assert.deepEqual([await open(), await failedOnes()], [[], [job.id]]);
  });
});

describe('an entry that was opened again is not closed', () => {
  for (const [what, before] of [
    ['though its job is settled in the eyes of the sweep', 'put open'],
    ['between the look and the close', 'getMany job'],
  ] as const) {
    test(what, async (context) => {
      const world = build(context);
      const { save, pass, index, jobs, store, open } = world;
      const job = await save(newJob({ ...day(), status: 'cancelled' }));
      for (const seconds of [0, LOOK]) await pass(seconds);
      let asked = false;
      // Its owner asks for another try, in the middle of the pass that closes it.
      store.call = async (call, make) => {
        const result = call.startsWith(before) ? undefined : await make();
        if (call.startsWith(before) && !asked) {
          asked = true;
          await index.addActive(OWNER.id, job.id);
          await jobs.update(job.id, retry);
          await index.addActive(OWNER.id, job.id);
        }
        return (result ?? (await make())) as never;
      };
      await world.clock.until(pass(LOOK));
      assert.ok(asked);
      assert.deepEqual(await open(), [job.id]);
      store.call = (_call, make) => make();
      const published = [...(await world.standStill()), ...(await world.standStill())];
      assert.ok(published.includes(`video ${job.id}`));
    });
  }

  test('nor one whose retry died in the middle: the same request again puts it right', async (context) => {
    const { save, pass, index, standStill, open, jobs } = build(context);
    const job = await save(newJob({ ...day(), status: 'cancelled' }));
    for (const seconds of [0, LOOK]) await pass(seconds);
    await index.addActive(OWNER.id, job.id); // and here its gateway is killed
    await pass(LOOK);
    assert.deepEqual(await open(), [job.id]);
    await jobs.update(job.id, retry);
    assert.deepEqual(await standStill(), [`video ${job.id}`]);
  });
});

describe('the sweep deletes', () => {
  test('all blobs of a tombstone, and as well twice', async (context) => {
    const { save, saveBlob, standStill, jobs, index, left, memory, stored } = build(context);
    const job = await save(
      done({ ...day(), videoBlobId: await saveBlob('v'), mp3BlobId: await saveBlob('a') }),
    );
    await saveBlob('l');
    await jobs.update(job.id, (now) => ({ ...now, orphanedBlobs: ['l'] }));
    await jobs.update(job.id, tombstone);
    for (let times = 0; times < 2; times++) {
      await standStill();
      assert.deepEqual(await left(), []);
      assert.equal((await stored(job.id))?.status, 'deleted');
      await index.addActive(OWNER.id, job.id);
    }
    assert.ok(memory.keys().length < 4);
  });

  test('the litter of a job that is settled, but never its MP3 or its video', async (context) => {
    const { save, saveBlob, standStill, mail, blobs, left } = build(context);
    const [video, audio, lost] = [await saveBlob('v'), await saveBlob('a'), await saveBlob('l')];
    const job = await save(
      done({ ...day(), videoBlobId: video, mp3BlobId: audio, orphanedBlobs: [lost, audio] }),
    );
    await standStill();
    assert.ok(await blobs.stat(lost), 'not while it is open for its mail');
    await mail(job, 'sent');
    await standStill();
    await standStill();
    const kept = [video, audio, lost].map(async (id) => (await blobs.stat(id)) !== undefined);
    assert.deepEqual(await Promise.all(kept), [true, true, false]);
    assert.equal((await left()).length, 7); // the job, and two blobs of a manifest and two chunks each
  });

  test('what one failure left, and lets no failure stop the others', async (context) => {
    const { save, saveBlob, pass, standStill, open, store, left } = build(context);
    const jobs: Job[] = [];
    for (let count = 0; count < 5; count++) {
      const video = await saveBlob(`video-${count}`);
      jobs.push(await save(newJob({ ...day(), status: 'deleted', videoBlobId: video })));
    }
    store.call = (what, call) =>
      /^delete chunk:video-[13]/.test(what) ? Promise.reject(unavailable('the store')) : call();
    await standStill();
    assert.deepEqual((await open()).sort(), [jobs[1]?.id, jobs[3]?.id].sort());
    store.call = (_what, call) => call();
    await pass(1);
    assert.deepEqual(await left(), []);
  });
});

describe('sweeps of two gateways at once', () => {
  test('clear up together what is settled, and give up together what has died', async (context) => {
    const { save, saveBlob, make, left, clock, advance } = build(context);
    for (let count = 0; count < 8; count++) {
      const status = (['deleted', 'uploading', 'cancelled'] as const)[count % 3] ?? 'queued';
      await save(newJob({ ...day(), status, videoBlobId: await saveBlob(`video-${count}`) }));
    }
    const both = [make(), make()];
    for (let looks = 0; looks < 12; looks++) {
      advance(LOOK);
      const passes = both.map((sweep) => sweep.pass(new AbortController().signal));
      await clock.until(Promise.all(passes));
    }
    // Cancelled jobs stay, with their videos.
    const kept = (await left()).map((key) => key.split(':')[0]);
    assert.deepEqual(kept.sort(), ['blob', 'blob', 'chunk', 'chunk', 'chunk', 'chunk', 'job', 'job']);
  });
});

describe('a pass costs what is open, not what there was:', () => {
  const calls = async (finished: number, context: Parameters<typeof build>[0]) => {
    const { save, pass, mail, standStill, open, memory } = build(context);
    const inShard = (number: number, job: Job) => ({
      ...job,
      id: `${job.id.slice(0, -1)}${(number % 16).toString(16)}`,
    });
    for (let number = 0; number < finished; number++) {
      await mail(await save(inShard(number, done(day()))), 'sent');
    }
    await standStill();
    assert.deepEqual(await open(), []);
    assert.ok(memory.keys().length >= 2 * finished);
    for (let number = 0; number < 64; number++) await save(inShard(number, newJob(day())));
    return (await pass(0)).calls;
  };
  // So many as were open at once have split each document of the index into sixteen.
  for (const [finished, most] of [
    [0, 2],
    [5_000, 6],
  ] as const) {
    test(`at most ${most} calls for 64 jobs with ${finished} finished ones`, async (context) => {
      const made = (await calls(finished, context)).filter((call) => !call.endsWith('undefined'));
      assert.ok(made.length <= most, made.join('\n'));
    });
  }
});

test('jobs that are open for their mail cost one call more', async (context) => {
  const { save, pass } = build(context);
  for (const digit of '0123456789abcdef') {
    for (let count = 0; count < 5; count++) {
      const id = `${newJob().id.slice(0, -1)}${digit}`;
      await save(done({ ...day(), id }));
    }
  }
  assert.equal((await pass(SILENT)).calls.length, 3);
});
