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
async function withJob(job: Job, options: Parameters<typeof buildGateway>[0] = {}) {
  const gateway = buildGateway(options);
  await gateway.blobs.write(job.videoBlobId, inPieces(randomBytes(1000)), {
    expires: new Date(job.expires_at),
  });
  await gateway.save(job);
  const ask = (method: string, path: string) => gateway.call(method, path, { headers: asOwner });
  return {
    ...gateway,
    job,
    cancel: () => ask('POST', `/jobs/${job.id}/cancel`),
    retry: (query = '') => ask('POST', `/jobs/${job.id}/retry${query}`),
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

describe('POST /jobs/:id/retry with options', () => {
  test('converts a job again that is done, and serves the old MP3 until the new one is there', async () => {
    const old = randomBytes(1000, 2);
    const job = done();
    const { retry, now, jobs, call, blobs, publishedVideos, activeVersion } = await withJob(job);
    const expires = new Date(job.expires_at);
    await blobs.write(job.mp3BlobId, inPieces(old), { expires });
    await jobs.update(job.id, (current) => ({ ...current, mp3: { ...MP3, size: old.length } }) as Job);
    const fetchMp3 = async () => {
      const { status, bytes } = await call('GET', `/download/${job.id}`, { headers: asOwner });
      return status === 200 ? bytes : status;
    };
    const before = await activeVersion();
    const { status, headers, json } = await retry('?preset=podcast&normalize=no');
    assert.deepEqual([status, headers.location], [202, `/jobs/${job.id}`]);
    assert.deepEqual([json.status, json.options], ['queued', { bitrate: 96, channels: 1 }]);
    assert.equal(json.mp3.size, old.length);
    assert.deepEqual(
      publishedVideos.map(({ id, generation }) => [id, generation]),
      [[job.id, 2]],
    );
    assert.notEqual(await activeVersion(), before);
    assert.deepEqual(await fetchMp3(), old);

    await jobs.update(job.id, claim('two'));
    assert.deepEqual(await fetchMp3(), old);
    await blobs.write('two', inPieces(randomBytes(900, 3)), { expires });
    await jobs.update(job.id, complete('two', { mp3: { ...MP3, size: 900 }, warnings: [] }, {}));
    assert.deepEqual(await fetchMp3(), randomBytes(900, 3));
    assert.deepEqual(blobsToDelete(await now()), [job.mp3BlobId]);
  });

  for (const end of ['cancel', 'fail'] as const) {
    test(`leaves the old MP3 where the new conversion ends by ${end}`, async () => {
      const { retry, cancel, now, jobs, blobs, call, job } = await withJob(done());
      const { mp3BlobId } = flat(job);
      await blobs.write(mp3BlobId ?? '', inPieces(randomBytes(1000)), { expires: new Date(job.expires_at) });
      await retry('?bitrate=192');
      if (end === 'cancel') await cancel();
      else {
        await jobs.update(job.id, claim('two'));
        await jobs.update(job.id, fail('two', { code: 'gave_up', detail: 'it was interrupted' }, {}));
      }
      const after = await now();
      assert.deepEqual(
        [after.status, blobsToDelete(after).includes(mp3BlobId ?? '')],
        [end === 'cancel' ? 'cancelled' : 'failed', false],
      );
      const { status } = await call('GET', `/download/${job.id}`, { headers: asOwner });
      assert.equal(status, 200);
    });
  }

  const ANSWERS: [from: string, query: string, answer: number, to: Job['status'], options: object][] = [
    ['queued', '?quality=2', 202, 'queued', { quality: 2 }],
    ['converting', '?quality=2', 202, 'converting', { quality: 2 }],
    ['queued', '?bitrate=192', 409, 'queued', { quality: 2 }],
    ['converting', '?bitrate=192', 409, 'converting', { quality: 2 }],
    ['failed', '?bitrate=192', 202, 'queued', { bitrate: 192 }],
    ['cancelled', '?bitrate=192', 202, 'queued', { bitrate: 192 }],
    ['failed', '', 202, 'queued', { quality: 2 }],
    ['done', '?quality=2', 409, 'done', { quality: 2 }],
    ['done', '?strict=no', 409, 'done', { quality: 2 }],
    ['done', '?preset=music', 202, 'queued', { quality: 0 }],
    ['done', '?bitrate=129', 422, 'done', { quality: 2 }],
    ['done', '?bitrate=', 422, 'done', { quality: 2 }],
    ['done', '?af=movie', 422, 'done', { quality: 2 }],
    ['failed', '?filename=x', 422, 'failed', { quality: 2 }],
    ['queued', '?copy=1&channels=1', 422, 'queued', { quality: 2 }],
  ];
  for (const [from, query, answer, to, options] of ANSWERS) {
    test(`answers ${answer} to ${query || 'no options'} for a job that is ${from}, also the second time`, async () => {
      const { retry, now } = await withJob(JOBS[from]?.() ?? assert.fail());
      const first = await retry(query);
      const after = await now();
      assert.deepEqual([first.status, after.status, after.options], [answer, to, options]);
      const second = await retry(query);
      assert.deepEqual([second.status, second.json], [first.status, first.json]);
      assert.deepEqual(await now(), after);
    });
  }

  const track = (position: number | null, language: string | null, type: 'audio' | 'video' = 'audio') => ({
    ...{ index: position ?? 0, type, position, codec: 'ac3', duration_seconds: null, channels: 2 },
    ...{ language, title: position === 2 ? 'Director' : null, selected: position === 1 },
  });
  const tracks = [track(null, 'fra', 'video'), track(1, 'eng'), track(2, 'ger')];
  const TRACKS: [query: string, tracks: typeof tracks | null, answer: number][] = [
    ['?track=1', tracks, 202],
    ['?track=2', tracks, 202],
    ['?track=de', tracks, 202],
    ['?track=deu', tracks, 202],
    ['?track=3', tracks, 422],
    ['?track=fra', tracks, 422],
    ['?track=3', null, 202],
    ['?track=2', [track(null, 'eng'), track(null, null)], 202],
    ['?track=3', [track(null, 'eng'), track(null, null)], 422],
  ];
  for (const [query, known, answer] of TRACKS) {
    test(`answers ${answer} to ${query} for ${known?.length ?? 'unknown'} tracks`, async () => {
      const source = { ...newJob().source, tracks: known };
      const { retry, now } = await withJob(done({ source }));
      const { status, json } = await retry(query);
      assert.equal(status, answer);
      if (answer === 202) return;
      assert.equal(json.code, 'invalid_option');
      assert.match(json.detail, /^there is no audio track \w+; the video has track 1 \(eng, ac3\); track 2/);
      assert.equal((await now()).status, 'done');
    });
  }

  for (const [query, answer] of [
    ['?track=2&bitrate=192', 202],
    ['?track=1', 422],
    ['?cover=frame', 422],
  ] as const)
    test(`answers ${answer} to ${query} where only the sound of track 2 was sent`, async () => {
      const original = { size: 1_900_000_000, track: 2 };
      const { retry, now } = await withJob(done({ source: { ...newJob().source, original } }));
      const { status, json } = await retry(query);
      assert.equal(status, answer);
      if (answer === 422) assert.equal(json.code, 'invalid_option');
      assert.equal((await now()).status, answer === 202 ? 'queued' : 'done');
    });

  const ago = (seconds: number) => ({ updated_at: new Date(Date.now() - seconds * 1000).toISOString() });
  const KEPT: [what: string, keptSeconds: number, doneAgo: number, answer: number][] = [
    ['long before its video is deleted', 3600, 3500, 202],
    ['when its video is about to be deleted', 3600, 3580, 409],
    ['when its video may be deleted at any moment', 3600, 3700, 409],
    ['when videos are not kept', 0, 0, 409],
    ['when videos are kept for a minute', 60, 30, 202],
  ];
  for (const [what, keptSeconds, doneAgo, answer] of KEPT) {
    test(`answers ${answer} for a job that is done, ${what}`, async () => {
      const { retry, now } = await withJob(done(ago(doneAgo)), { keepVideoMs: keptSeconds * 1000 });
      const { status, json } = await retry('?bitrate=192');
      assert.equal(status, answer);
      if (answer === 409) assert.match(json.detail, /upload it again/);
      assert.equal((await now()).status, answer === 409 ? 'done' : 'queued');
    });
  }

  test('refuses a job that is done and whose video is deleted with 409', async () => {
    const { retry, now, blobs, job } = await withJob(done());
    await blobs.delete(job.videoBlobId);
    assert.equal((await retry('?bitrate=192')).status, 409);
    assert.deepEqual(await now(), flat(job));
  });

  test('answers 429 for a job that is done when the user has too many unfinished jobs', async () => {
    const limits = { activeJobs: { all: 10, perUser: 1 } };
    const { retry, admission, job, now } = await withJob(done(), { limits });
    admission.updateCounts({ all: 1, byOwner: new Map([[job.owner, 1]]) });
    assert.equal((await retry('?bitrate=192')).status, 429);
    assert.equal((await retry()).status, 409);
    assert.deepEqual(await now(), flat(job));
  });

  test('takes the options of one of two requests that come at the same time', async () => {
    const { retry, now } = await withJob(done());
    const replies = await Promise.all([retry('?bitrate=192'), retry('?bitrate=320')]);
    assert.deepEqual(replies.map(({ status }) => status).sort(), [202, 409]);
    const { options, generation } = await now();
    const [accepted] = replies.filter(({ status }) => status === 202);
    assert.deepEqual([options, generation], [accepted?.json.options, 2]);
  });

  test('leaves the blobs of both MP3s to the tombstone when the job is deleted meanwhile', async () => {
    const { retry, remove, jobs, blobDeletions, job } = await withJob(done());
    await retry('?bitrate=192');
    await jobs.update(job.id, claim('two'));
    await remove();
    const [tombstone] = blobDeletions;
    const { mp3BlobId } = flat(job);
    assert.deepEqual(
      blobsToDelete(tombstone ?? assert.fail()).sort(),
      [job.videoBlobId, mp3BlobId, 'two'].sort(),
    );
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
  const ports = {
    jobs,
    index,
    blobs,
    keepVideoMs: 0,
    publishVideo: () => assert.fail(),
    deleteBlobs: () => assert.fail(),
  };
  const commands = createJobCommands(ports);
  for (const command of [commands.cancel, commands.delete]) {
    await assert.rejects(command(newJob()), { code: 'not_found' });
  }
});
