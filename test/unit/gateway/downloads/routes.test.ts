import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { tombstone } from '../../../../services/shared/jobs/transitions.ts';
import { failed, flat, newJob } from '../../../support/job.ts';
import { MP3, withMp3 } from '../gateway-with-mp3.ts';
import { asOwner, buildGateway } from '../test-gateway.ts';

const SIZE = MP3.length;
const LAST = SIZE - 1;
const shared = await withMp3({ bytes: MP3 });
const get = (headers: Record<string, string> = {}, method = 'GET') =>
  shared.call(method, `/download/${shared.job.id}`, { headers: { ...asOwner, ...headers } });

describe('GET /download/:id', () => {
  test('serves the whole MP3 with its size, its name, and its sha256 as the ETag', async () => {
    const { status, headers, bytes } = await get();
    assert.equal(status, 200);
    assert.ok(bytes.equals(MP3));
    assert.equal(headers['content-type'], 'audio/mpeg');
    assert.equal(headers['content-length'], String(SIZE));
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.equal(headers['content-disposition'], 'attachment; filename="Ferien.mp3"');
    assert.equal(headers.etag, shared.etag);
    assert.equal(headers['cache-control'], 'private, no-cache');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(String(headers['content-security-policy']), /sandbox/);
    assert.equal(headers['content-range'], undefined);
  });

  test('serves the same at GET /download?fid=', async () => {
    const { status, bytes } = await shared.call('GET', `/download?fid=${shared.job.id}`, {
      headers: asOwner,
    });
    assert.equal(status, 200);
    assert.ok(bytes.equals(MP3));
  });

  // RFC 9110 14.1.2
  const PARTS: [range: string, first: number, last: number][] = [
    ['bytes=0-0', 0, 0],
    ['bytes=0-499', 0, 499],
    ['bytes=1048575-1048576', 1048575, 1048576],
    ['bytes=500-', 500, LAST],
    ['bytes=-1', LAST, LAST],
    ['bytes=-500', SIZE - 500, LAST],
    [`bytes=-${SIZE + 1}`, 0, LAST],
    [`bytes=0-${SIZE + 99}`, 0, LAST],
    [`bytes=${LAST}-${LAST}`, LAST, LAST],
  ];
  for (const [range, first, last] of PARTS) {
    test(`answers 206 for Range: ${range}`, async () => {
      const { status, headers, bytes } = await get({ range });
      assert.equal(status, 206);
      assert.equal(headers['content-range'], `bytes ${first}-${last}/${SIZE}`);
      assert.equal(headers['content-length'], String(last - first + 1));
      assert.equal(headers.etag, shared.etag);
      assert.ok(bytes.equals(MP3.subarray(first, last + 1)));
    });
  }

  for (const range of [`bytes=${SIZE}-`, `bytes=${SIZE}-${SIZE + 5}`, 'bytes=-0']) {
    test(`answers 416 with the size and without a file for Range: ${range}`, async () => {
      const { status, headers, json } = await get({ range });
      assert.deepEqual([status, json.code], [416, 'range_not_satisfiable']);
      assert.equal(headers['content-range'], `bytes */${SIZE}`);
      assert.equal(headers['content-type'], 'application/problem+json');
      assert.equal(headers['content-disposition'], undefined);
      assert.equal(headers.etag, undefined);
    });
  }

  const WHOLE: [why: string, headers: Record<string, string>][] = [
    ['several ranges', { range: 'bytes=0-1,5-6' }],
    ['an unknown range unit', { range: 'seconds=0-1' }],
    ['a range without a unit', { range: '0-1' }],
    ['an If-Range of an older file', { range: 'bytes=0-1', 'if-range': '"older"' }],
    ['an If-Range of a weak ETag', { range: 'bytes=0-1', 'if-range': `W/${shared.etag}` }],
    ['an If-Range of a date', { range: 'bytes=0-1', 'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT' }],
    ['an If-None-Match of an older file', { 'if-none-match': '"older"' }],
  ];
  for (const [why, headers] of WHOLE) {
    test(`answers 200 with the whole file for ${why}`, async () => {
      const reply = await get(headers);
      assert.deepEqual([reply.status, reply.bytes.length], [200, SIZE]);
    });
  }

  test('answers 206 for an If-Range of this file', async () => {
    assert.equal((await get({ range: 'bytes=0-1', 'if-range': shared.etag })).status, 206);
  });

  for (const headers of [
    { 'if-none-match': shared.etag },
    { 'if-none-match': `"older", W/${shared.etag}` },
    { 'if-none-match': '*' },
    { 'if-none-match': shared.etag, range: 'bytes=0-1' },
  ]) {
    test(`answers 304 without a body for ${Object.keys(headers)}: ${headers['if-none-match'].slice(0, 12)}…`, async () => {
      const reply = await get(headers);
      assert.deepEqual([reply.status, reply.bytes.length], [304, 0]);
      assert.equal(reply.headers.etag, shared.etag);
      assert.equal(reply.headers['cache-control'], 'private, no-cache');
    });
  }

  // RFC 9110 13.1.1: If-Match compares strongly, and comes before the other conditions (13.2.2).
  const MATCHES: [ifMatch: string, status: number, headers?: Record<string, string>][] = [
    [shared.etag, 200],
    ['*', 200],
    [`"older", ${shared.etag}`, 200],
    [`"older",${shared.etag},"a, b"`, 200],
    [shared.etag, 206, { range: 'bytes=0-1' }],
    [shared.etag, 304, { 'if-none-match': shared.etag }],
    ['"older"', 412],
    [`W/${shared.etag}`, 412],
    [shared.etag.replaceAll('"', ''), 412],
    ['"older"', 412, { range: 'bytes=0-1' }],
    ['"older"', 412, { range: `bytes=${SIZE}-` }],
    ['"older"', 412, { 'if-none-match': shared.etag }],
  ];
  for (const [ifMatch, status, headers = {}] of MATCHES) {
    test(`answers ${status} for If-Match: ${ifMatch} ${JSON.stringify(headers)}`, async () => {
      const reply = await get({ 'if-match': ifMatch, ...headers });
      assert.equal(reply.status, status);
      if (status === 412) assert.equal(reply.json.code, 'precondition_failed');
    });
  }

  test('answers 412 for a HEAD with an If-Match of an older file', async () => {
    assert.equal((await get({ 'if-match': '"older"' }, 'HEAD')).status, 412);
  });

  test('ignores If-Unmodified-Since, because there is no Last-Modified', async () => {
    assert.equal((await get({ 'if-unmodified-since': 'Wed, 21 Oct 2015 07:28:00 GMT' })).status, 200);
  });

  // RFC 9110 14.2: a Range applies only to GET.
  for (const headers of [{}, { range: 'bytes=0-1' }, { range: `bytes=${SIZE}-` }]) {
    test(`answers HEAD with the headers of the whole file and no body for ${JSON.stringify(headers)}`, async () => {
      const reply = await get(headers, 'HEAD');
      assert.deepEqual([reply.status, reply.bytes.length], [200, 0]);
      assert.equal(reply.headers['content-length'], String(SIZE));
      assert.equal(reply.headers['content-type'], 'audio/mpeg');
      assert.equal(reply.headers.etag, shared.etag);
    });
  }
});

describe('GET /download/:id, by the file name of the video', () => {
  // RFC 6266: `filename*` is the whole name, and `filename` is its ASCII fallback.
  const NAMES: [filename: string, disposition: string][] = [
    ['Ferien.final.mp4', 'attachment; filename="Ferien.final.mp3"'],
    ['no extension', 'attachment; filename="no extension.mp3"'],
    ['.mp4', 'attachment; filename="audio.mp3"'],
    ['Mr. Bean', 'attachment; filename="Mr. Bean.mp3"'],
    ["o'brien.mp4", 'attachment; filename="o\'brien.mp3"'],
    ['a\u200db.mp4', `attachment; filename="a_b.mp3"; filename*=UTF-8''a%E2%80%8Db.mp3`],
    ['é.mkv', `attachment; filename="_.mp3"; filename*=UTF-8''%C3%A9.mp3`],
    ['фильм.mp4', `attachment; filename="_____.mp3"; filename*=UTF-8''%D1%84%D0%B8%D0%BB%D1%8C%D0%BC.mp3`],
    ['🎬.mp4', `attachment; filename="__.mp3"; filename*=UTF-8''%F0%9F%8E%AC.mp3`],
    ['a"b\\c.mp4', 'attachment; filename="a\\"b\\\\c.mp3"'],
    ['$etag', 'attachment; filename="$etag.mp3"'],
  ];
  for (const [filename, disposition] of NAMES) {
    test(`names the MP3 of ${filename} as ${disposition.replace('attachment; ', '')}`, async () => {
      const { call, job } = await withMp3({ filename });
      const { headers } = await call('HEAD', `/download/${job.id}`, { headers: asOwner });
      assert.equal(headers['content-disposition'], disposition);
    });
  }
});

describe('GET /download/:id, without an MP3', () => {
  for (const job of [newJob(), newJob({ status: 'converting' }), failed(), newJob({ status: 'cancelled' })]) {
    test(`answers 409 not_ready while the job is ${job.status}`, async () => {
      const gateway = buildGateway();
      await gateway.save(job);
      const { status, json, headers } = await gateway.call('GET', `/download/${job.id}`, {
        headers: asOwner,
      });
      assert.deepEqual([status, json.code], [409, 'not_ready']);
      assert.match(json.detail, new RegExp(job.status));
      assert.equal(headers['content-disposition'], undefined);
    });
  }

  const LOST: [how: string, change: (job: Job) => Job | undefined][] = [
    ['has expired', (job) => ({ ...job, expires_at: job.created_at })],
    ['was deleted', tombstone],
  ];
  for (const [how, change] of LOST) {
    test(`answers 404 to its owner and to a valid link when the job ${how}`, async () => {
      const { call, jobs, job, link } = await withMp3();
      assert.equal((await call('HEAD', link())).status, 200);
      await jobs.update(job.id, change);
      const replies = [
        await call('GET', `/download/${job.id}`, { headers: asOwner }),
        await call('GET', link()),
      ];
      for (const { status, json } of replies) assert.deepEqual([status, json.code], [404, 'not_found']);
    });
  }

  test('answers 404 when the blob is missing, instead of breaking off the connection', async () => {
    const { call, blobs, job } = await withMp3();
    await blobs.delete(flat(job).mp3BlobId ?? '');
    const { status, json, headers } = await call('GET', `/download/${job.id}`, { headers: asOwner });
    assert.deepEqual([status, json.code], [404, 'not_found']);
    assert.equal(headers['content-disposition'], undefined);
  });
});
