import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createJobCommands } from '../../../../services/gateway/jobs/commands.ts';
import { blobsToDelete, type Job, viewOf } from '../../../../services/shared/jobs/job.ts';
import { claim, complete, fail } from '../../../../services/shared/jobs/transitions.ts';
import { unavailable } from '../../../../services/shared/runtime/errors.ts';
import { done, type FlatJob, failed, flat, newJob } from '../../../support/job.ts';
import { inPieces, randomBytes } from '../../../support/random.ts';
import { asOwner, buildGateway, type Gateway } from '../test-gateway.ts';

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
    activeVersion: () => activeEntry(gateway, job.id),
  };
}

async function storedJob({ jobs }: Gateway, id: string): Promise<FlatJob> {
  return flat((await jobs.find(id)) ?? assert.fail('there is no such job'));
}

async function activeEntry({ index }: Gateway, id: string): Promise<string | undefined> {
  for await (const entries of index.listActive()) {
    const entry = entries.find((entry) => entry.id === id);
    if (entry) return entry.version;
  }
  return undefined;
}

type Command = 'cancel' | 'retry' | 'remove';
/** The response to each command for a job of each status, and the status of the job afterwards. */
const TABLE: [from: string, command: Command, answer: number, to: Job['status']][] = [
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

describe('createJobCommands, over HTTP', () => {
  for (const [from, command, answer, to] of TABLE) {
    test(`${command} answers ${answer} for a job that is ${from} and leaves it ${to}, also the second time`, async () => {
      const before = JOBS[from]?.() ?? assert.fail();
      const gateway = await withJob(before);
      const entry = await gateway.activeVersion();
      const first = await gateway[command]();
      const after = await gateway.now();
      assert.deepEqual([first.status, after.status], [answer, to]);
      if (answer === 409) {
        assert.equal(first.json.code, 'state_conflict');
        assert.match(first.json.detail, new RegExp(from));
        assert.deepEqual(after, flat(before));
        assert.equal(await gateway.activeVersion(), entry, 'a refused command writes an entry');
      } else {
        assert.notEqual(await gateway.activeVersion(), entry, 'the job has no new entry in the index');
        if (answer !== 204) assert.deepEqual(first.json, viewOf(after));
      }
      const second = await gateway[command]();
      assert.deepEqual([second.status, second.json], [first.status, first.json]);
      assert.deepEqual(await gateway.now(), after);
    });
  }
});

describe('POST /jobs/:id/cancel', () => {
  test('takes the job from its converter, and notes the blob of the attempt as orphaned', async () => {
    const job = converting();
    const { cancel, now, jobs } = await withJob(job);
    await cancel();
    const { attemptId, orphanedBlobs, generation } = await now();
    assert.deepEqual([attemptId, orphanedBlobs, generation], [null, [job.attemptId], 1]);
    const late = jobs.update(job.id, complete(job.attemptId, { mp3: MP3, warnings: [] }, {}));
    await assert.rejects(late, /cancelled/);
  });

  test('answers 409 and keeps the MP3 when the converter has just finished', async (context) => {
    const job = converting();
    const { cancel, now, jobs } = await withJob(job);
    const { update } = jobs;
    const mp3 = { size: 1, sha256: 'ab', duration_seconds: 1 };
    context.mock.method(jobs, 'update', async (...args: Parameters<typeof update>) => {
      await update(job.id, complete(job.attemptId, { mp3, warnings: [] }, {}));
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

  test('answers 404 when the job has just been deleted', async (context) => {
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
  test('starts the next generation with fresh counts, and publishes the job', async () => {
    const { retry, now, publishedVideos, job } = await withJob(
      failed({ attempts: 5, infrastructureFailures: 3, progress: 0.4 }),
    );
    const { headers } = await retry();
    assert.equal(headers.location, `/jobs/${job.id}`);
    const { generation, attempts, infrastructureFailures, progress, error } = await now();
    assert.deepEqual(
      { generation, attempts, infrastructureFailures, progress, error },
      { generation: 2, attempts: 0, infrastructureFailures: 0, progress: 0, error: null },
    );
    assert.deepEqual(
      publishedVideos.map(({ id, generation }) => [id, generation]),
      [[job.id, 2]],
    );
  });

  test('publishes a job again that is queued, but not one that is converting', async () => {
    for (const [job, times] of [
      [newJob(), 1],
      [converting(), 0],
    ] as const) {
      const { retry, publishedVideos, now } = await withJob(job);
      await retry();
      assert.deepEqual([publishedVideos.length, (await now()).generation], [times, 1]);
    }
  });

  for (const make of [failed, cancelled]) {
    test(`refuses a job that is ${make().status} and whose video is deleted with 409`, async () => {
      const { retry, now, blobs, job, publishedVideos } = await withJob(make());
      await blobs.delete(job.videoBlobId);
      const { status, json } = await retry();
      assert.deepEqual([status, json.code], [409, 'state_conflict']);
      assert.match(json.detail, /upload it again/);
      assert.deepEqual([await now(), publishedVideos], [flat(job), []]);
    });
  }

  test('answers 429 when the user has too many unfinished jobs', async () => {
    const gateway = buildGateway({ limits: { activeJobs: { all: 10, perUser: 1 } } });
    await gateway.save(newJob());
    const job = await gateway.save(failed());
    gateway.admission.updateCounts({ all: 1, byOwner: new Map([[job.owner, 1]]) });
    const { status, headers } = await gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
    assert.equal(status, 429);
    assert.ok(Number(headers['retry-after']) > 0);
    assert.deepEqual(await storedJob(gateway, job.id), flat(job));
  });

  test('accepts a job that is queued already although the user has too many unfinished jobs', async () => {
    const gateway = buildGateway({ limits: { activeJobs: { all: 10, perUser: 1 } } });
    const job = await gateway.save(newJob());
    gateway.admission.updateCounts({ all: 1, byOwner: new Map([[job.owner, 1]]) });
    const { status } = await gateway.call('POST', `/jobs/${job.id}/retry`, { headers: asOwner });
    assert.equal(status, 202);
  });

  test('refuses the 101st generation, because each one may leave an orphaned blob', async () => {
    const { retry, now } = await withJob(failed({ generation: 99 }));
    assert.equal((await retry()).status, 202);
    assert.equal((await now()).generation, 100);
    const last = await withJob(failed({ generation: 100 }));
    const { status, json } = await last.retry();
    assert.deepEqual([status, json.code], [409, 'state_conflict']);
    assert.match(json.detail, /upload the video again/);
  });

  test('leaves an entry for the sweep although another sweep removes the entry of the failed job', async (context) => {
    const { retry, index, jobs, activeVersion, job } = await withJob(failed());
    const { update } = jobs;
    context.mock.method(jobs, 'update', async (...args: Parameters<typeof update>) => {
      // A slow sweep has read this entry and the failed job, and removes the entry after the change.
      const entry = await activeVersion();
      const changed = await update(...args);
      if (entry) await index.removeActive([{ id: job.id, version: entry }]);
      return changed;
    });
    assert.equal((await retry()).status, 202);
    assert.notEqual(await activeVersion(), undefined);
  });

  test('adds the entry before it queues the job, so that a gateway which dies in between loses nothing', async (context) => {
    const { retry, index, jobs, now } = await withJob(failed());
    const order: string[] = [];
    const { addActive } = index;
    const { update } = jobs;
    context.mock.method(index, 'addActive', (...args: Parameters<typeof addActive>) => {
      order.push('addActive');
      return addActive(...args);
    });
    context.mock.method(jobs, 'update', (...args: Parameters<typeof update>) => {
      order.push('update');
      return update(...args);
    });
    await retry();
    assert.deepEqual(order, ['addActive', 'update', 'addActive']);

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
    test(`leaves a tombstone of a job that is ${status}, without data of the user and with the blobs to delete`, async () => {
      const job = make();
      const { remove, now, blobDeletions } = await withJob(job);
      const { videoBlobId, mp3BlobId, attemptId, orphanedBlobs } = flat(job);
      await remove();
      const after = await now();
      const { owner, filename, email, download_url, mp3, source } = after;
      assert.deepEqual(
        { owner, filename, email, download_url, mp3, size: source.size, sha256: source.sha256 },
        { owner: job.owner, filename: '', email: '', download_url: '', mp3: null, size: 0, sha256: '' },
      );
      const named = [videoBlobId, mp3BlobId, attemptId, ...orphanedBlobs].filter((blob) => blob !== null);
      assert.deepEqual(blobsToDelete(after).sort(), named.sort());
      assert.deepEqual(blobDeletions.map(flat), [after]);
    });
  }

  test('ends the attempt that is running', async () => {
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

  test('hides the job from all other routes at once', async () => {
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

  test('repeats the deletion of the blobs with each request, also after one that failed half way', async (context) => {
    const { remove, blobDeletions, index, activeVersion } = await withJob(done());
    const { addActive } = index;
    let calls = 0;
    context.mock.method(index, 'addActive', (...args: Parameters<typeof addActive>) =>
      ++calls === 2 ? Promise.reject(unavailable('the store')) : addActive(...args),
    );
    assert.equal((await remove()).status, 503);
    const entry = await activeVersion();
    assert.equal(blobDeletions.length, 0);
    assert.equal((await remove()).status, 204);
    assert.deepEqual([blobDeletions.length, (await activeVersion()) === entry], [1, false]);
  });

  test('answers 204 to both of two requests at the same time', async () => {
    const { remove, now } = await withJob(done());
    const replies = await Promise.all([remove(), remove()]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      [204, 204],
    );
    assert.equal((await now()).status, 'deleted');
  });
});

test('createJobCommands rejects with not_found for a job that does not exist', async () => {
  const { jobs, index, blobs } = buildGateway();
  const ports = { jobs, index, blobs, publishVideo: () => assert.fail(), deleteBlobs: () => assert.fail() };
  const commands = createJobCommands(ports);
  for (const command of [commands.cancel, commands.delete]) {
    await assert.rejects(command(newJob()), { code: 'not_found' });
  }
});
