import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createJobCommands } from '../../../../services/gateway/jobs/commands.ts';
import { blobsToDelete, type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { claim, complete, fail } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, type FlatJob, failed, flat, newJob } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { asOwner, buildGateway, type Gateway } from '../build.ts';

const MP3 = { size: 1, sha256: 'ab', duration_seconds: 1 };
const converting = () =>
  newJob({ status: 'converting', attemptId: randomUUID(), attempts: 1, progress: 0.5 });
const cancelled = () => newJob({ status: 'cancelled', orphanedBlobs: [randomUUID()] });
const JOBS: Record<string, () => Job> = { queued: newJob, converting, done, failed, cancelled };

/** A job with its video in the store. */
async function withJob(job: Job) {
  const gateway = buildGateway();
  await gateway.blobs.write(job.videoBlobId, inPieces(randomBytes(1000)), {
    expires: new Date(job.expires_at),
  });
  await gateway.save(job);
  const ask = (method: string, path: string) => gateway.call(method, path, { headers: asOwner });
  return {
    ...gateway,
    job,
    cancel: () => ask('POST', `/jobs/${job.id}/cancel`),
    retry: () => ask('POST', `/jobs/${job.id}/retry`),
    remove: () => ask('DELETE', `/jobs/${job.id}`),
    now: () => storedJob(gateway, job.id),
    opened: () => openEntry(gateway, job.id),
  };
}

async function storedJob({ jobs }: Gateway, id: string): Promise<FlatJob> {
  return flat((await jobs.find(id)) ?? assert.fail('there is no such job'));
}

async function openEntry({ index }: Gateway, id: string): Promise<string | undefined> {
  for await (const entries of index.listActive()) {
    const entry = entries.find((entry) => entry.id === id);
    if (entry) return entry.version;
  }
  return undefined;
}

type Act = 'cancel' | 'retry' | 'remove';
/** What each status makes of each request: the answer, and the status afterwards. */
const TABLE: [from: string, act: Act, answer: number, to: Job['status']][] = [
  ['queued', 'cancel', 200, 'cancelled'],
  ['converting', 'cancel', 200, 'cancelled'],
  ['cancelled', 'cancel', 200, 'cancelled'],
  ['done', 'cancel', 409, 'done'],
  ['failed', 'cancel', 409, 'failed'],
  ['queued', 'retry', 202, 'queued'],
  ['converting', 'retry', 202, 'converting'],
  ['failed', 'retry', 202, 'queued'],
  ['cancelled', 'retry', 202, 'queued'],
  ['done', 'retry', 409, 'done'],
  ['queued', 'remove', 204, 'deleted'],
  ['converting', 'remove', 204, 'deleted'],
  ['done', 'remove', 204, 'deleted'],
  ['failed', 'remove', 204, 'deleted'],
  ['cancelled', 'remove', 204, 'deleted'],
];

for (const [from, act, answer, to] of TABLE) {
  test(`${act} of a job that is ${from}: ${answer}, and it is ${to}; twice is the same`, async () => {
    const before = JOBS[from]?.() ?? assert.fail();
    const gateway = await withJob(before);
    const entry = await gateway.opened();
    const first = await gateway[act]();
    const after = await gateway.now();
    assert.deepEqual([first.status, after.status], [answer, to]);
    if (answer === 409) {
      assert.equal(first.json.code, 'state_conflict');
      assert.match(first.json.detail, new RegExp(from));
      assert.deepEqual(after, flat(before));
      assert.equal(await gateway.opened(), entry, 'what is refused costs no entry');
    } else {
      assert.notEqual(await gateway.opened(), entry, 'the sweep looks after it');
      if (answer !== 204) assert.deepEqual(first.json, viewOf(after));
    }
    const second = await gateway[act]();
    assert.deepEqual([second.status, second.json], [first.status, first.json]);
    assert.deepEqual(await gateway.now(), after);
  });
}

describe('POST /jobs/:id/cancel', () => {
  test('takes the job from its converter, and keeps in mind what that may leave', async () => {
    const job = converting();
    const { cancel, now, jobs } = await withJob(job);
    await cancel();
    const { attemptId: attempt, orphanedBlobs: litter, generation: run } = await now();
    assert.deepEqual([attempt, litter, run], [null, [job.attemptId], 1]);
    const late = jobs.update(job.id, complete(job.attemptId, MP3, {}));
    await assert.rejects(late, /cancelled/);
  });

  test('that comes when the converter has just finished is 409, and the MP3 stays', async (context) => {
    const job = converting();
    const { cancel, now, jobs } = await withJob(job);
    const { update } = jobs;
    const mp3 = { size: 1, sha256: 'ab', duration_seconds: 1 };
    context.mock.method(jobs, 'update', async (...args: Parameters<typeof update>) => {
      await update(job.id, complete(job.attemptId, mp3, {}));
      return update(...args);
    });
    const { status, json } = await cancel();
    assert.deepEqual([status, json.code], [409, 'state_conflict']);
    const after = await now();
    assert.deepEqual(
      [after.status, after.mp3BlobId, after.mp3, after.orphanedBlobs],
      ['done', job.attemptId, mp3, []],
    );
  });

  test('is 404 when the job has just been deleted', async (context) => {
    const { cancel, remove, jobs } = await withJob(newJob());
    const { update } = jobs;
    context.mock.method(jobs, 'update', async (...args: Parameters<typeof update>) => {
      context.mock.restoreAll();
      await remove();
      return update(...args);
    });
    assert.equal((await cancel()).status, 404);
  });
});

describe('POST /jobs/:id/retry', () => {
  test('begins the next run as if it were the first, and announces it as an upload', async () => {
    const { retry, now, announced, job } = await withJob(
      failed({ attempts: 5, infrastructureFailures: 3, progress: 0.4 }),
    );
    const { headers } = await retry();
    assert.equal(headers.location, `/jobs/${job.id}`);
    const { generation: run, attempts, infrastructureFailures: outages, progress, error } = await now();
    assert.deepEqual(
      { run, attempts, outages, progress, error },
      { run: 2, attempts: 0, outages: 0, progress: 0, error: null },
    );
    assert.deepEqual(
      announced.map(({ id, generation: run }) => [id, run]),
      [[job.id, 2]],
    );
  });

  test('of a job that waits is announced again, whoever died before; of one at work it is not', async () => {
    for (const [job, times] of [
      [newJob(), 1],
      [converting(), 0],
    ] as const) {
      const { retry, announced, now } = await withJob(job);
      await retry();
      assert.deepEqual([announced.length, (await now()).generation], [times, 1]);
    }
  });

  for (const make of [failed, cancelled]) {
    test(`of a job that is ${make().status} and whose video is gone is refused, and says why`, async () => {
      const { retry, now, blobs, job, announced } = await withJob(make());
      await blobs.delete(job.videoBlobId);
      const { status, json } = await retry();
      assert.deepEqual([status, json.code], [409, 'state_conflict']);
      assert.match(json.detail, /upload it again/);
      assert.deepEqual([await now(), announced], [flat(job), []]);
    });
  }

  test('is bounded as uploads are', async () => {
    const gateway = buildGateway({ limits: { activeJobs: { all: 10, perUser: 1 } } });
    await gateway.save(newJob());
    const job = await gateway.save(failed());
    gateway.admission.counted({ all: 1, of: new Map([[job.owner, 1]]) });
    const { status, headers } = await gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
    assert.equal(status, 429);
    assert.ok(Number(headers['retry-after']) > 0);
    assert.deepEqual(await storedJob(gateway, job.id), flat(job));
  });

  test('is answered again, however much its user has under way: it is no more work', async () => {
    const gateway = buildGateway({ limits: { activeJobs: { all: 10, perUser: 1 } } });
    const job = await gateway.save(newJob());
    gateway.admission.counted({ all: 1, of: new Map([[job.owner, 1]]) });
    const { status } = await gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
    assert.equal(status, 202);
  });

  test('is refused at last, for what each run leaves is kept in mind', async () => {
    const { retry, now } = await withJob(failed({ generation: 99 }));
    assert.equal((await retry()).status, 202);
    assert.equal((await now()).generation, 100);
    const last = await withJob(failed({ generation: 100 }));
    const { status, json } = await last.retry();
    assert.deepEqual([status, json.code], [409, 'state_conflict']);
    assert.match(json.detail, /upload the video again/);
  });

  test('is found by the sweep, though another sweep closes the entry of the job as it was', async (context) => {
    const { retry, index, jobs, opened, job } = await withJob(failed());
    const { update } = jobs;
    context.mock.method(jobs, 'update', async (...args: Parameters<typeof update>) => {
      // The slowest sweep there can be: it has seen this entry and the job that had failed.
      const entry = await opened();
      const changed = await update(...args);
      if (entry) await index.removeActive([{ id: job.id, version: entry }]);
      return changed;
    });
    assert.equal((await retry()).status, 202);
    assert.notEqual(await opened(), undefined);
  });

  test('has its entry before it is queued: who dies between the two has lost nothing', async (context) => {
    const { retry, index, jobs, now } = await withJob(failed());
    const order: string[] = [];
    const { addActive: open } = index;
    const { update } = jobs;
    context.mock.method(index, 'addActive', (...args: Parameters<typeof open>) => {
      order.push('open');
      return open(...args);
    });
    context.mock.method(jobs, 'update', (...args: Parameters<typeof update>) => {
      order.push('update');
      return update(...args);
    });
    await retry();
    assert.deepEqual(order, ['open', 'update', 'open']);

    const broken = await withJob(failed());
    context.mock.method(broken.index, 'addActive', () => Promise.reject(unavailable('the store')));
    assert.equal((await broken.retry()).status, 503);
    assert.equal((await broken.now()).status, 'failed');
    assert.equal((await now()).status, 'queued');
  });
});

describe('DELETE /jobs/:id', () => {
  const makers = { converting, done, cancelled };
  for (const [status, make] of Object.entries(makers)) {
    test(`of a job that is ${status} leaves a tombstone with nothing of the user's, and names what is to be deleted`, async () => {
      const job = make();
      const { remove, now, cleared } = await withJob(job);
      const { videoBlobId: video, mp3BlobId: audio, attemptId: attempt, orphanedBlobs: litter } = flat(job);
      await remove();
      const after = await now();
      const { owner, filename, email, download_url, mp3, source } = after;
      assert.deepEqual(
        { owner, filename, email, download_url, mp3, size: source.size, sha256: source.sha256 },
        { owner: job.owner, filename: '', email: '', download_url: '', mp3: null, size: 0, sha256: '' },
      );
      const named = [video, audio, attempt, ...litter].filter((blob) => blob !== null);
      assert.deepEqual(blobsToDelete(after).sort(), named.sort());
      assert.deepEqual(cleared.map(flat), [after]);
    });
  }

  test('ends the attempt that is under way', async () => {
    const job = converting();
    const { remove, jobs } = await withJob(job);
    await remove();
    await assert.rejects(
      jobs.update(job.id, fail(job.attemptId, { code: 'no_audio', detail: 'no sound' }, {})),
      {
        code: 'not_found',
      },
    );
    await assert.rejects(jobs.update(job.id, claim(randomUUID())), { code: 'not_found' });
  });

  test('hides the job from every other route at once', async () => {
    const { remove, cancel, retry, call, job } = await withJob(done());
    await remove();
    for (const reply of [
      await cancel(),
      await retry(),
      await call('GET', `/jobs/${job.id}`, { headers: asOwner }),
    ]) {
      assert.equal(reply.status, 404);
    }
  });

  test('once more clears up once more, also what died half way', async (context) => {
    const { remove, cleared, index, opened } = await withJob(done());
    const { addActive: open } = index;
    let calls = 0;
    context.mock.method(index, 'addActive', (...args: Parameters<typeof open>) =>
      ++calls === 2 ? Promise.reject(unavailable('the store')) : open(...args),
    );
    assert.equal((await remove()).status, 503);
    const entry = await opened();
    assert.equal(cleared.length, 0);
    assert.equal((await remove()).status, 204);
    assert.deepEqual([cleared.length, (await opened()) === entry], [1, false]);
  });

  test('of two at once both are 204', async () => {
    const { remove, now } = await withJob(done());
    const replies = await Promise.all([remove(), remove()]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      [204, 204],
    );
    assert.equal((await now()).status, 'deleted');
  });
});

test('a change of a job that is gone altogether is not_found', async () => {
  const { jobs, index, blobs } = buildGateway();
  const ports = { jobs, index, blobs, publishVideo: () => assert.fail(), deleteBlobs: () => assert.fail() };
  const changes = createJobCommands(ports);
  for (const change of [changes.cancel, changes.delete]) {
    await assert.rejects(change(newJob()), { code: 'not_found' });
  }
});
