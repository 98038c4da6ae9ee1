import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createPublishVideo } from '../../../../services/gateway/jobs/publish-video.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { AppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { assertValidEvent } from '../../../support/contract.ts';
import { eventually, runEventLoop } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';
import { logLines } from '../../../support/log-lines.ts';
import { inPieces } from '../../../support/random.ts';
import { mp4 } from '../sample-uploads.ts';
import { RETENTION_SECONDS, STALL_SECONDS } from '../sweep/in-memory-sweep.ts';
import { createInMemoryUploads as build, HEARTBEAT_MS, upload, VIDEO } from './in-memory-uploads.ts';

const putsOf = (calls: string[]) =>
  calls.filter((call) => call.startsWith('put')).map((call) => /^put(?:Bytes)? ([\w-]+)/.exec(call)?.[1]);

/** Yields the bytes, and then neither more bytes nor an end. */
async function* silentAfter(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield* inPieces(bytes);
  await new Promise(() => undefined);
}

describe('createStoreUpload', () => {
  test('writes the intent before the first chunk, and the queued job last', async (context) => {
    const { storeUpload, calls, publishedVideos, memory, findJob } = build(context);
    const job = await storeUpload();
    assert.deepEqual(putsOf(calls), [
      ...['open', 'job'],
      ...['blob', 'chunk', 'chunk', 'chunk', 'blob'],
      ...['usage', 'content', 'open', 'jobs-of', 'job'],
    ]);
    assert.deepEqual(publishedVideos, [job.id]);
    assert.deepEqual(await findJob(job.id), job);
    assert.equal(job.status, 'queued');
    assert.equal(Date.parse(job.expires_at) - Date.parse(job.created_at), RETENTION_SECONDS * 1000);
    assert.match(job.download_url, new RegExp(`^http://localhost/download/${job.id}\\?expires=`));
    assert.equal(memory.keys().length, 9);
  });

  test('writes nothing before it has recognized a media file by its first bytes', async (context) => {
    const { storeUpload, calls } = build(context);
    const gone = new AbortController();
    const accepting = storeUpload(upload(silentAfter(Buffer.alloc(0))), { signal: gone.signal });
    await runEventLoop();
    gone.abort(new AppError('bad_request', 'the client went away'));
    await assert.rejects(accepting, { code: 'bad_request' });
    assert.deepEqual(calls, []);
  });

  test('stores everything with a TTL, and the video for as long as its job', async (context) => {
    const { storeUpload, memory, advance } = build(context);
    await storeUpload();
    advance(RETENTION_SECONDS - 60);
    assert.equal(memory.keys().length, 9);
    // What was used on a day is known on the next one.
    advance(2 * 24 * 3600);
    assert.deepEqual(memory.keys(), []);
  });

  const REFUSED: [what: string, bytes: AsyncIterable<Uint8Array>, code: string][] = [
    ['is no media file', inPieces(Buffer.alloc(5_000, 'x')), 'not_media'],
    ['is empty', inPieces(Buffer.alloc(0)), 'empty_file'],
    ['turns out too large', inPieces(mp4(11_000_000)), 'too_large'],
  ];
  for (const [what, bytes, code] of REFUSED) {
    test(`leaves nothing of a file that ${what}`, async (context) => {
      const { storeUpload, publishedVideos, remaining, memory } = build(context);
      await assert.rejects(storeUpload(upload(bytes)), { code });
      assert.deepEqual([await remaining(), publishedVideos], [[], []]);
      assert.deepEqual(
        memory.keys().filter((key) => !key.startsWith('open:')),
        [],
      );
    });
  }

  test('leaves nothing when `confirm` fails', async (context) => {
    const { storeUpload, remaining } = build(context);
    const confirm = () => Promise.reject(new AppError('upload_in_progress', 'another has its key'));
    await assert.rejects(storeUpload(upload(), { confirm }), { code: 'upload_in_progress' });
    assert.deepEqual(await remaining(), []);
  });

  for (const megabytes of [0, 1, 2]) {
    test(`leaves nothing when the client sends ${megabytes} MB, then nothing more, and goes away`, async (context) => {
      const { storeUpload, remaining, memory } = build(context);
      const gone = new AbortController();
      const accepting = storeUpload(upload(silentAfter(mp4(megabytes * 1_100_000 + 500))), {
        signal: gone.signal,
      });
      const isStored = () => memory.keys().filter((key) => key.startsWith('chunk')).length === megabytes;
      await eventually(() => isStored() && memory.keys().some((key) => key.startsWith('job')));
      gone.abort(new AppError('bad_request', 'the client went away'));
      await assert.rejects(accepting, { code: 'bad_request' });
      assert.deepEqual(await remaining(), []);
    });
  }

  test('ends its source when a call of the store fails', async (context) => {
    const { storeUpload, uploadStore } = build(context);
    let released = false;
    async function* source() {
      try {
        yield* inPieces(VIDEO);
      } finally {
        released = true;
      }
    }
    uploadStore.call = (what, call) =>
      what.startsWith('put open') ? Promise.reject(unavailable('the store')) : call();
    await assert.rejects(storeUpload(upload(source())), { code: 'unavailable' });
    await runEventLoop();
    assert.ok(released);
  });
});

describe('createStoreUpload, for an upload that takes long', () => {
  /** A running upload whose first chunk is stored. */
  async function startUpload(harness: ReturnType<typeof build>) {
    const rest = Promise.withResolvers<void>();
    async function* slow() {
      yield VIDEO.subarray(0, 1_100_000);
      await rest.promise;
      yield VIDEO.subarray(1_100_000);
    }
    const id = randomUUID();
    const accepting = harness.storeUpload(upload(slow()), { id });
    accepting.catch(() => undefined);
    await eventually(() => harness.memory.keys().some((key) => key.startsWith('chunk')));
    return { id, accepting, finish: rest.resolve };
  }

  test('sends heartbeats, so that the sweep leaves the upload alone', async (context) => {
    const harness = build(context);
    const { id, accepting, finish } = await startUpload(harness);
    for (let count = 0; count < 5 * (STALL_SECONDS / (HEARTBEAT_MS / 1000)); count++) {
      await harness.pass(HEARTBEAT_MS / 1000);
      await runEventLoop(10);
    }
    assert.equal((await harness.findJob(id))?.status, 'uploading');
    finish();
    assert.equal((await accepting).status, 'queued');
    assert.deepEqual(await harness.activeIds(), [id]);
  });

  test('shows no job before the upload is accepted', async (context) => {
    const harness = build(context);
    const { id } = await startUpload(harness);
    await assert.rejects(harness.jobs.get(id), { code: 'not_found' });
  });

  test('survives a store that is unavailable for one heartbeat', async (context) => {
    const harness = build(context);
    const { accepting, finish } = await startUpload(harness);
    harness.uploadStore.call = () => Promise.reject(unavailable('the store'));
    harness.advance(HEARTBEAT_MS / 1000);
    await runEventLoop();
    harness.uploadStore.call = (_what, call) => call();
    harness.advance(HEARTBEAT_MS / 1000);
    await runEventLoop();
    finish();
    assert.equal((await accepting).status, 'queued');
  });

  test('fails at the next heartbeat after the sweep has ended the upload, even if the client sends nothing', async (context) => {
    const harness = build(context);
    const { id, accepting } = await startUpload(harness);
    await harness.jobs.update(id, tombstone);
    harness.advance(HEARTBEAT_MS / 1000);
    await assert.rejects(accepting, ({ code, headers }: AppError) => {
      assert.deepEqual([code, headers], ['unavailable', { 'Retry-After': '1' }]);
      return true;
    });
    await runEventLoop();
    assert.deepEqual(
      (await harness.remaining()).filter((key) => key !== id),
      [],
    );
    for (let passes = 0; passes < 3; passes++) await harness.passUntilStalled();
    assert.deepEqual(await harness.remaining(), []);
  });

  // With some stores, a save that arrives after the deletion would create the key again.
  test('does not delete the job before a running heartbeat has ended', async (context) => {
    const harness = build(context);
    const gone = new AbortController();
    const accepting = harness.storeUpload(upload(silentAfter(VIDEO)), { signal: gone.signal });
    accepting.catch(() => undefined);
    await eventually(() => harness.memory.keys().some((key) => key.startsWith('chunk')));
    const arrival = Promise.withResolvers<void>();
    harness.uploadStore.call = async (what, call, signal) => {
      if (!what.startsWith('put job')) return call();
      const off = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => off.reject(signal.reason));
      return Promise.race([arrival.promise.then(call), off.promise]);
    };
    harness.advance(HEARTBEAT_MS / 1000);
    await eventually(() => harness.calls.some((call) => call.startsWith('put job')));
    gone.abort(new AppError('bad_request', 'the client went away'));
    await runEventLoop();
    assert.ok(!harness.calls.some((call) => call.startsWith('delete job')));
    arrival.resolve();
    await assert.rejects(accepting, { code: 'bad_request' });
    assert.deepEqual(await harness.remaining(), []);
    assert.ok(harness.calls.some((call) => call.startsWith('delete job')));
  });

  test('leaves a tombstone when the outcome of a heartbeat is unknown', async (context) => {
    const harness = build(context);
    const gone = new AbortController();
    const id = randomUUID();
    const accepting = harness.storeUpload(upload(silentAfter(VIDEO)), { id, signal: gone.signal });
    accepting.catch(() => undefined);
    await eventually(() => harness.memory.keys().some((key) => key.startsWith('chunk')));
    harness.uploadStore.call = (what, call) =>
      what.startsWith('put job') ? Promise.reject(unavailable('the store')) : call();
    harness.advance(HEARTBEAT_MS / 1000);
    await runEventLoop();
    harness.uploadStore.call = (_what, call) => call();
    gone.abort(new AppError('bad_request', 'the client went away'));
    await assert.rejects(accepting, { code: 'bad_request' });
    assert.equal((await harness.findJob(id))?.status, 'deleted');
    assert.deepEqual(await harness.activeIds(), [id]);
    await harness.passUntilStalled();
    assert.deepEqual(await harness.remaining(), []);
  });

  test('sends no heartbeat after the upload is accepted', async (context) => {
    const harness = build(context);
    const job = await harness.storeUpload();
    harness.calls.length = 0;
    harness.advance(10 * (HEARTBEAT_MS / 1000));
    await runEventLoop();
    assert.deepEqual(harness.calls, []);
    assert.deepEqual(await harness.findJob(job.id), job);
  });
});

describe('createPublishVideo', () => {
  test('publishes an event with the ids of the job and its trace only', async () => {
    const published: [string, object][] = [];
    const publisher = createPublishVideo(
      async (...event) => void published.push(event),
      createLog('gateway', 'silent'),
    );
    const job = newJob();
    publisher.publishVideo(job);
    await publisher.settled();
    assert.deepEqual(published, [['video', { job_id: job.id, trace_id: job.trace_id }]]);
    for (const [topic, event] of published) assertValidEvent(topic, event);
  });

  test('logs a failure when the broker is unavailable, and leaves the event to the sweep', async () => {
    const lines = logLines();
    const publisher = createPublishVideo(
      () => Promise.reject(unavailable('the message broker')),
      createLog('gateway', 'info', lines),
    );
    const job = newJob();
    publisher.publishVideo(job);
    await publisher.settled();
    const [line] = lines.objects();
    assert.deepEqual([line.level, line.job_id, line.trace_id], [40, job.id, job.trace_id]);
  });
});
