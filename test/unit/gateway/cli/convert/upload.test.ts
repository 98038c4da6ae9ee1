import assert from 'node:assert/strict';
import { appendFile, truncate, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { uploadVideo } from '../../../../../services/gateway/cli/convert/upload.ts';
import { checkVideo } from '../../../../../services/gateway/cli/convert/video.ts';
import { mp4, plainSession, problem, quickClock, sha256, temporaryFolder } from './setting.ts';

const ID = '5f3a9c1e-8d0b-4a53-9a35-0d6c2c1f7b10';
const KEY = '7d1f5a5e-0000-4000-8000-000000000001';
const ACCEPTED = { id: ID, status: 'queued' };
const VIDEO = mp4(3_000_000);
const { signal } = new AbortController();

async function build(context: TestContext, listener: RequestListener, urlPath = '') {
  const folder = await temporaryFolder(context);
  await writeFile(path.join(folder, 'Añ 1.mkv'), VIDEO);
  const video = await checkVideo('Añ 1.mkv', folder);
  const clock = quickClock();
  const sent: number[] = [];
  const waits: [reason: string, seconds: number][] = [];
  const session = plainSession(context, listener);
  const upload = () =>
    uploadVideo({ ...session, url: session.url + urlPath }, video, {
      key: KEY,
      options: { bitrate: '192' },
      clock,
      signal,
      onSent: (bytes) => sent.push(bytes),
      onWait: (error, seconds) => waits.push([(error as Error).message, seconds]),
    });
  return { video, clock, sent, waits, upload };
}

test('sends the file as it is, with its name, type, length and options', async (context) => {
  const seen: Record<string, unknown> = {};
  const { upload, sent } = await build(context, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const { 'content-type': type, 'content-length': length } = request.headers;
    Object.assign(seen, { pathname, type, length, query: Object.fromEntries(searchParams) });
    seen.sha256 = sha256(await buffer(request));
    response.writeHead(202).end(JSON.stringify(ACCEPTED));
  });
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

test('through a sidecar the body has no length, or it would be buffered', async (context) => {
  const { upload } = await build(
    context,
    async (request, response) => {
      assert.equal(request.headers['transfer-encoding'], 'chunked');
      assert.equal((await buffer(request)).length, VIDEO.length);
      response.writeHead(202).end(JSON.stringify(ACCEPTED));
    },
    '/v1.0/invoke/gateway/method',
  );
  assert.deepEqual(await upload(), ACCEPTED);
});

test('a busy gateway is tried again when it says, from the start of the file', async (context) => {
  const answers = [{ status: 503, after: '7' }, { status: 429, after: '2' }, { status: 202 }];
  const { upload, clock, sent } = await build(context, async (request, response) => {
    const answer = answers.shift();
    // The second one refuses early, with most of the file still to come.
    if (answer?.status !== 429) assert.equal(sha256(await buffer(request)), sha256(VIDEO));
    if (answer?.after) problem(response, answer.status, 'unavailable', { 'retry-after': answer.after });
    else response.writeHead(202).end(JSON.stringify(ACCEPTED));
  });
  assert.deepEqual(await upload(), ACCEPTED);
  assert.deepEqual(clock.sleeps, [7_000, 2_000]);
  assert.equal(sent.filter((bytes) => bytes === 0).length, 3);
});

/** Breaks the connection off, wherever the upload is at the time. */
const BREAKS: [when: string, answer: RequestListener][] = [
  ['in the middle', (request) => request.once('data', () => request.socket.destroy())],
  ['before the first byte', (request) => request.socket.destroy()],
  [
    'after the last byte, without an answer',
    async (request) => {
      await buffer(request);
      request.socket.destroy();
    },
  ],
  [
    'in the middle of the answer',
    async (request, response) => {
      await buffer(request);
      response.writeHead(202, { 'content-length': '1000' }).write('{"id":', () => response.destroy());
    },
  ],
];
for (const [when, answer] of BREAKS) {
  test(`a connection that breaks off ${when} is made again, with the same key`, async (context) => {
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
  const outcome = expected ? `waits ${expected} s and sends it again` : 'ends it';
  test(`${status} ${code}, Retry-After ${retryAfter}, ${outcome}`, async (context) => {
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

test('a gateway that stays busy is given up after five minutes', async (context) => {
  const { upload, clock } = await build(context, (request, response) => {
    request.resume();
    request.on('end', () => problem(response, 503, 'unavailable', { 'retry-after': '45' }));
  });
  await assert.rejects(upload(), { message: 'so it is (unavailable)' });
  assert.deepEqual(clock.sleeps, Array(6).fill(45_000));
});

const CHANGES: [name: string, change: (file: string) => Promise<void>][] = [
  ['grown', (file) => appendFile(file, 'more')],
  ['cut', (file) => truncate(file, 1000)],
];
for (const [name, change] of CHANGES) {
  test(`a file that has ${name} since it was looked at is not sent`, async (context) => {
    const { upload, video } = await build(context, (request) => request.resume());
    await change(video.path);
    await assert.rejects(upload(), /Añ 1\.mkv was changed/);
  });
}

const FILES: [name: string, file: string, message: RegExp][] = [
  ['missing', 'nothing.mp4', /^nothing\.mp4: there is no such file\.$/],
  ['a folder', '.', /it is a folder/],
  ['empty', 'empty.mp4', /it is empty/],
  ['below a file', 'empty.mp4/a', /no such file/],
  ['a device', '/dev/null', /not a regular file/],
];
for (const [name, file, message] of FILES) {
  test(`a file that is ${name} is refused before anything is sent`, async (context) => {
    const folder = await temporaryFolder(context);
    await writeFile(path.join(folder, 'empty.mp4'), '');
    await assert.rejects(checkVideo(file, folder), { message });
  });
}
