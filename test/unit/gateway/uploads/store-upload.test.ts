import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { createPublishVideo } from '../../../../services/gateway/jobs/publish-video.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { AppError, unavailable } from '../../../../services/shared/runtime/errors.ts';
import { createLog } from '../../../../services/shared/runtime/log.ts';
import { holdEvent } from '../../../support/contract.ts';
import { eventually, turns } from '../../../support/event-loop.ts';
import { newJob } from '../../../support/job.ts';
import { logLines } from '../../../support/log-lines.ts';
import { inPieces } from '../../../support/random.ts';
import { mp4 } from '../footage.ts';
import { KEPT, SILENT } from '../sweep/sweep-over-memory.ts';
import { BEAT_MS, acceptOverMemory as build, upload, VIDEO } from './store-upload-over-memory.ts';

const putsOf = (calls: string[]) =>
  calls.filter((call) => call.startsWith('put')).map((call) => /^put(?:Bytes)? ([\w-]+)/.exec(call)?.[1]);

/** Gives some, and then nothing more, nor an end. */
async function* silentAfter(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield* inPieces(bytes);
  await new Promise(() => undefined);
}

describe('accepting a video', () => {
  test('writes its intent before its first chunk, and the job at last; what it writes leads to all of it', async (context) => {
    const { accept, calls, announced, memory, stored } = build(context);
    const job = await accept();
    assert.deepEqual(putsOf(calls), [
      ...['open', 'job'],
      ...['blob', 'chunk', 'chunk', 'chunk', 'blob'],
      ...['content', 'open', 'jobs-of', 'job'],
    ]);
    assert.deepEqual(announced, [job.id]);
    assert.deepEqual(await stored(job.id), job);
    assert.equal(job.status, 'queued');
    assert.equal(Date.parse(job.expires_at) - Date.parse(job.created_at), KEPT * 1000);
    assert.match(job.download_url, new RegExp(`^http://localhost/download/${job.id}\\?expires=`));
    assert.equal(memory.keys().length, 8);
  });

  test('writes nothing before the first bytes are known to be those of a media file', async (context) => {
    const { accept, calls } = build(context);
    const gone = new AbortController();
    const accepting = accept(upload(silentAfter(Buffer.alloc(0))), { signal: gone.signal });
    await turns();
    gone.abort(new AppError('bad_request', 'the client went away'));
    await assert.rejects(accepting, { code: 'bad_request' });
    assert.deepEqual(calls, []);
  });

  test('lets nothing live for ever, and a video as long as its job', async (context) => {
    const { accept, memory, advance } = build(context);
    await accept();
    advance(KEPT - 60);
    assert.equal(memory.keys().length, 8);
    advance(3600);
    assert.deepEqual(memory.keys(), []);
  });

  const REFUSED: [what: string, bytes: AsyncIterable<Uint8Array>, code: string][] = [
    ['is no media file', inPieces(Buffer.alloc(5_000, 'x')), 'not_media'],
    ['is empty', inPieces(Buffer.alloc(0)), 'empty_file'],
    ['turns out too large', inPieces(mp4(11_000_000)), 'too_large'],
  ];
  for (const [what, bytes, code] of REFUSED) {
    test(`leaves nothing of one that ${what}`, async (context) => {
      const { accept, announced, left, memory } = build(context);
      await assert.rejects(accept(upload(bytes)), { code });
      assert.deepEqual([await left(), announced], [[], []]);
      assert.deepEqual(
        memory.keys().filter((key) => !key.startsWith('open:')),
        [],
      );
    });
  }

  test('leaves nothing when the job is not wanted any more', async (context) => {
    const { accept, left } = build(context);
    const confirm = () => Promise.reject(new AppError('upload_in_progress', 'another has its key'));
    await assert.rejects(accept(upload(), { confirm }), { code: 'upload_in_progress' });
    assert.deepEqual(await left(), []);
  });

  for (const megabytes of [0, 1, 2]) {
    test(`leaves nothing when the client goes away in the middle of a silence after ${megabytes} MB`, async (context) => {
      const { accept, left, memory } = build(context);
      const gone = new AbortController();
      const accepting = accept(upload(silentAfter(mp4(megabytes * 1_100_000 + 500))), {
        signal: gone.signal,
      });
      const isStored = () => memory.keys().filter((key) => key.startsWith('chunk')).length === megabytes;
      await eventually(() => isStored() && memory.keys().some((key) => key.startsWith('job')));
      gone.abort(new AppError('bad_request', 'the client went away'));
      await assert.rejects(accepting, { code: 'bad_request' });
      assert.deepEqual(await left(), []);
    });
  }

  test('lets its source go, whatever fails', async (context) => {
    const { accept, on } = build(context);
    let released = false;
    async function* source() {
      try {
        yield* inPieces(VIDEO);
      } finally {
        released = true;
      }
    }
    on.call = (what, call) =>
      what.startsWith('put open') ? Promise.reject(unavailable('the store')) : call();
    await assert.rejects(accept(upload(source())), { code: 'unavailable' });
    await turns();
    assert.ok(released);
  });
});

describe('an upload that takes long', () => {
  /** Under way, with its first chunk stored. */
  async function begun(world: ReturnType<typeof build>) {
    const rest = Promise.withResolvers<void>();
    async function* slow() {
      yield VIDEO.subarray(0, 1_100_000);
      await rest.promise;
      yield VIDEO.subarray(1_100_000);
    }
    const id = randomUUID();
    const accepting = world.accept(upload(slow()), { id });
    accepting.catch(() => undefined);
    await eventually(() => world.memory.keys().some((key) => key.startsWith('chunk')));
    return { id, accepting, finish: rest.resolve };
  }

  test('shows that it is alive, and the sweep leaves it alone', async (context) => {
    const world = build(context);
    const { id, accepting, finish } = await begun(world);
    for (let beats = 0; beats < 5 * (SILENT / (BEAT_MS / 1000)); beats++) {
      await world.pass(BEAT_MS / 1000);
      await turns(10);
    }
    assert.equal((await world.stored(id))?.status, 'uploading');
    finish();
    assert.equal((await accepting).status, 'queued');
    assert.deepEqual(await world.open(), [id]);
  });

  test('is not shown before it is accepted', async (context) => {
    const world = build(context);
    const { id } = await begun(world);
    await assert.rejects(world.jobs.get(id), { code: 'not_found' });
  });

  test('survives a store that is away for a beat', async (context) => {
    const world = build(context);
    const { accepting, finish } = await begun(world);
    world.on.call = () => Promise.reject(unavailable('the store'));
    world.advance(BEAT_MS / 1000);
    await turns();
    world.on.call = (_what, call) => call();
    world.advance(BEAT_MS / 1000);
    await turns();
    finish();
    assert.equal((await accepting).status, 'queued');
  });

  test('that was given up hears of it at its next beat, though its client says nothing', async (context) => {
    const world = build(context);
    const { id, accepting } = await begun(world);
    await world.jobs.update(id, tombstone);
    world.advance(BEAT_MS / 1000);
    await assert.rejects(accepting, ({ code, headers }: AppError) => {
      assert.deepEqual([code, headers], ['unavailable', { 'Retry-After': '1' }]);
      return true;
    });
    await turns();
    assert.deepEqual(
      (await world.left()).filter((key) => key !== id),
      [],
    );
    for (let passes = 0; passes < 3; passes++) await world.standStill();
    assert.deepEqual(await world.left(), []);
  });

  // A store may let a save that comes after a deletion bring the key back.
  test('does not remove its job before a beat on its way has arrived', async (context) => {
    const world = build(context);
    const gone = new AbortController();
    const accepting = world.accept(upload(silentAfter(VIDEO)), { signal: gone.signal });
    accepting.catch(() => undefined);
    await eventually(() => world.memory.keys().some((key) => key.startsWith('chunk')));
    const arrival = Promise.withResolvers<void>();
    world.on.call = async (what, call, signal) => {
      if (!what.startsWith('put job')) return call();
      const off = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => off.reject(signal.reason));
      return Promise.race([arrival.promise.then(call), off.promise]);
    };
    world.advance(BEAT_MS / 1000);
    await eventually(() => world.calls.some((call) => call.startsWith('put job')));
    gone.abort(new AppError('bad_request', 'the client went away'));
    await turns();
    assert.ok(!world.calls.some((call) => call.startsWith('delete job')));
    arrival.resolve();
    await assert.rejects(accepting, { code: 'bad_request' });
    assert.deepEqual(await world.left(), []);
    assert.ok(world.calls.some((call) => call.startsWith('delete job')));
  });

  test('leaves a tombstone when nobody knows what became of a beat', async (context) => {
    const world = build(context);
    const gone = new AbortController();
    const id = randomUUID();
    const accepting = world.accept(upload(silentAfter(VIDEO)), { id, signal: gone.signal });
    accepting.catch(() => undefined);
    await eventually(() => world.memory.keys().some((key) => key.startsWith('chunk')));
    world.on.call = (what, call) =>
      what.startsWith('put job') ? Promise.reject(unavailable('the store')) : call();
    world.advance(BEAT_MS / 1000);
    await turns();
    world.on.call = (_what, call) => call();
    gone.abort(new AppError('bad_request', 'the client went away'));
    await assert.rejects(accepting, { code: 'bad_request' });
    assert.equal((await world.stored(id))?.status, 'deleted');
    assert.deepEqual(await world.open(), [id]);
    await world.standStill();
    assert.deepEqual(await world.left(), []);
  });

  test('does not beat once it is accepted', async (context) => {
    const world = build(context);
    const job = await world.accept();
    world.calls.length = 0;
    world.advance(10 * (BEAT_MS / 1000));
    await turns();
    assert.deepEqual(world.calls, []);
    assert.deepEqual(await world.stored(job.id), job);
  });
});

describe('announcing a job', () => {
  test('publishes what a converter needs, and no more', async () => {
    const published: [string, object][] = [];
    const announcer = createPublishVideo(
      async (...event) => void published.push(event),
      createLog('gateway', 'silent'),
    );
    const job = newJob();
    announcer.publishVideo(job);
    await announcer.settled();
    assert.deepEqual(published, [['video', { job_id: job.id, trace_id: job.trace_id }]]);
    for (const [topic, event] of published) holdEvent(topic, event);
  });

  test('does not fail when the broker is away: the sweep makes up for it', async () => {
    const lines = logLines();
    const announcer = createPublishVideo(
      () => Promise.reject(unavailable('the message broker')),
      createLog('gateway', 'info', lines),
    );
    const job = newJob();
    announcer.publishVideo(job);
    await announcer.settled();
    const [line] = lines.objects();
    assert.deepEqual([line.level, line.job_id, line.trace_id], [40, job.id, job.trace_id]);
  });
});
