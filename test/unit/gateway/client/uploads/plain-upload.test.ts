import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { uploadVideo, type Video } from '../../../../../services/gateway/client/uploads/plain-upload.ts';
import { createTestClock } from '../test-clock.ts';
import { mp4 } from '../test-gateway.ts';
import { chunksOf, problem, sessionWithoutLogin, sha256 } from '../test-transport.ts';

const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const KEY = '7d1f5a5e-0000-4000-8000-000000000001';
const ACCEPTED = { id: ID, status: 'queued' };
const VIDEO = mp4(3_000_000);
const { signal } = new AbortController();
const openStream = () => ReadableStream.from(chunksOf(VIDEO));

async function build(
  context: TestContext,
  listener: RequestListener,
  { urlPath = '', open = openStream as Video['open'] } = {},
) {
  const clock = createTestClock();
  const sent: number[] = [];
  const waits: [reason: string, seconds: number][] = [];
  const session = sessionWithoutLogin(context, listener);
  const video = { name: 'Añ 1.mkv', size: VIDEO.length, type: 'video/matroska', open };
  const upload = () =>
    uploadVideo({ ...session, url: session.url + urlPath }, video, {
      key: KEY,
      options: { bitrate: '192' },
      clock,
      signal,
      onProgress: (bytes) => sent.push(bytes),
      onRetry: (error, seconds) => waits.push([(error as Error).message, seconds]),
    });
  return { clock, sent, waits, upload };
}

describe('uploadVideo', () => {
  for (const [kind, open] of [
    ['stream', openStream],
    ['Blob', () => new Blob([new Uint8Array(VIDEO)])],
  ] as const) {
    it(`sends a ${kind} unchanged, with its name, type, length and options`, async (context) => {
      const seen: Record<string, unknown> = {};
      const { upload, sent } = await build(
        context,
        async (request, response) => {
          const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
          const { 'content-type': type, 'content-length': length } = request.headers;
          Object.assign(seen, { pathname, type, length, query: Object.fromEntries(searchParams) });
          seen.sha256 = sha256(await buffer(request));
          response.writeHead(202).end(JSON.stringify(ACCEPTED));
        },
        { open },
      );
      assert.deepEqual(await upload(), ACCEPTED);
      assert.deepEqual(seen, {
        pathname: '/upload',
        type: 'video/matroska',
        length: '3000000',
        query: { bitrate: '192', filename: 'Añ 1.mkv' },
        sha256: sha256(VIDEO),
      });
      assert.equal(sent[0], 0);
      assert.equal(sent.at(-1), VIDEO.length);
      assert.deepEqual(
        sent,
        sent.toSorted((a, b) => a - b),
      );
    });
  }

  it('sends no Content-Length through a sidecar, which would buffer the body', async (context) => {
    const { upload } = await build(
      context,
      async (request, response) => {
        assert.equal(request.headers['transfer-encoding'], 'chunked');
        assert.equal((await buffer(request)).length, VIDEO.length);
        response.writeHead(202).end(JSON.stringify(ACCEPTED));
      },
      { urlPath: '/v1.0/invoke/gateway/method' },
    );
    assert.deepEqual(await upload(), ACCEPTED);
  });

  it('starts again from the first byte after the Retry-After of a busy gateway', async (context) => {
    const answers = [{ status: 503, after: '7' }, { status: 429, after: '2' }, { status: 202 }];
    const { upload, clock, sent } = await build(context, async (request, response) => {
      const answer = answers.shift();
      // The second response comes early, before most of the video has been sent.
      if (answer?.status !== 429) assert.equal(sha256(await buffer(request)), sha256(VIDEO));
      if (answer?.after) problem(response, answer.status, 'unavailable', { 'retry-after': answer.after });
      else response.writeHead(202).end(JSON.stringify(ACCEPTED));
    });
    assert.deepEqual(await upload(), ACCEPTED);
    assert.deepEqual(clock.sleeps, [7_000, 2_000]);
    assert.equal(sent.filter((bytes) => bytes === 0).length, 3);
  });

  /** Each breaks the connection off at another moment of the upload. */
  const BREAKS: [when: string, answer: RequestListener][] = [
    ['in the middle', (request) => request.once('data', () => request.socket.destroy())],
    ['before the first byte', (request) => request.socket.destroy()],
    [
      'after the last byte, without a response',
      async (request) => {
        await buffer(request);
        request.socket.destroy();
      },
    ],
    [
      'in the middle of the response',
      async (request, response) => {
        await buffer(request);
        response.writeHead(202, { 'content-length': '1000' }).write('{"id":', () => response.destroy());
      },
    ],
  ];
  for (const [when, answer] of BREAKS) {
    it(`repeats the upload with the same key when the connection breaks off ${when}`, async (context) => {
      const keys: unknown[] = [];
      const { upload, waits } = await build(context, async (request, response) => {
        keys.push(request.headers['idempotency-key']);
        if (keys.length === 1) return void answer(request, response);
        assert.equal(sha256(await buffer(request)), sha256(VIDEO));
        response.writeHead(202).end(JSON.stringify(ACCEPTED));
      });
      assert.deepEqual(await upload(), ACCEPTED);
      assert.deepEqual(keys, [KEY, KEY]);
      assert.deepEqual(waits.length, 1);
      assert.match(waits[0]?.[0] ?? '', /^The connection to .* broke off/);
    });
  }

  const REFUSALS: [
    status: number,
    code: string,
    retryAfter: string | undefined,
    waits: number[] | undefined,
  ][] = [
    [409, 'upload_in_progress', '5', [5]],
    [409, 'upload_in_progress', undefined, [0.5]],
    [429, 'too_many_requests', '30', [30]],
    [503, 'unavailable', '60', [60]],
    [503, 'unavailable', '61', undefined],
    [409, 'state_conflict', '5', undefined],
    [422, 'idempotency_key_reused', undefined, undefined],
    [422, 'invalid_option', undefined, undefined],
    [500, 'internal', undefined, undefined],
  ];
  for (const [status, code, retryAfter, expected] of REFUSALS) {
    const wait = retryAfter === undefined ? 'without Retry-After' : `with a Retry-After of ${retryAfter} s`;
    const outcome = expected ? `waits ${expected} s and sends the video again` : 'gives up';
    it(`${outcome} after ${status} ${code} ${wait}`, async (context) => {
      let first = true;
      const { upload, waits } = await build(context, async (request, response) => {
        await buffer(request);
        const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
        if (first) problem(response, status, code, headers);
        else response.writeHead(202).end(JSON.stringify(ACCEPTED));
        first = false;
      });
      if (expected) assert.deepEqual(await upload(), ACCEPTED);
      else await assert.rejects(upload(), { message: `so it is (${code})` });
      assert.deepEqual(
        waits,
        (expected ?? []).map((seconds) => [`so it is (${code})`, seconds]),
      );
    });
  }

  it('rejects when the gateway stays busy for five minutes', async (context) => {
    const { upload, clock } = await build(context, (request, response) => {
      request.resume();
      request.on('end', () => problem(response, 503, 'unavailable', { 'retry-after': '45' }));
    });
    await assert.rejects(upload(), { message: 'so it is (unavailable)' });
    assert.deepEqual(clock.sleeps, Array(6).fill(45_000));
  });

  it('rejects with the error of the stream, and does not repeat the upload', async (context) => {
    async function* failing() {
      yield* chunksOf(VIDEO.subarray(0, 500_000));
      throw new Error('the disk has failed');
    }
    const open = () => ReadableStream.from(failing());
    const { upload, waits } = await build(context, (request) => request.resume(), { open });
    await assert.rejects(upload(), { message: 'the disk has failed' });
    assert.deepEqual(waits, []);
  });
});
