import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InvokeRequest } from '../../../../services/shared/dapr/sidecar.ts';
import { MAX_END_BYTES, type ProbeResult } from '../../../../services/shared/jobs/probe.ts';
import { decodeProbeRequest } from '../../../../services/shared/jobs/probe-request.ts';
import { mp4 } from '../sample-uploads.ts';
import { asOwner, asStranger, buildGateway, jsonReply } from '../test-gateway.ts';

const MAX_UPLOAD = 40 * 1024 * 1024;
const RESULT: ProbeResult = {
  format: 'mov,mp4,m4a,3gp,3g2,mj2',
  complete: true,
  duration_seconds: 60,
  tracks: [],
  tags: { title: 'Alien' },
  chapters: [],
  cover: false,
  options: { quality: 2 },
  expected: { size: 1_400_000, duration_seconds: 60, seconds: 1.2 },
  warnings: [],
  error: null,
};

const raw = { ...asOwner, 'content-type': 'video/mp4' };
const problem = (status: number, code: string, headers = {}) =>
  jsonReply(
    status,
    { code, detail: `it is ${code}` },
    { 'content-type': 'application/problem+json', ...headers },
  );

/** A gateway whose converter answers with `reply`, and what the converter was asked. */
function build(reply = () => jsonReply(200, RESULT), limits = {}) {
  const asked: { request: object; parts: Buffer; headers: object }[] = [];
  const converter = ({ method, path, headers = {}, body = '' }: InvokeRequest) => {
    assert.deepEqual([method, path], ['POST', '/probe']);
    const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.concat(body);
    const decoded = decodeProbeRequest(bytes);
    assert.ok(decoded);
    asked.push({ request: decoded.request, parts: bytes.subarray(decoded.length), headers });
    return reply();
  };
  return { asked, gateway: buildGateway({ converter, maxUploadBytes: MAX_UPLOAD, limits }) };
}

describe('POST /probe, with a whole file', () => {
  it('answers with what a converter says about it', async () => {
    const { gateway, asked } = build();
    const body = mp4(1000);
    const reply = await gateway.call('POST', '/probe?preset=small&track=eng', { headers: raw, body });
    assert.deepEqual([reply.status, reply.json], [200, RESULT]);
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0]?.request, {
      options: { bitrate: 48, sample_rate: 24_000, channels: 1, track: 'eng' },
      size: 1000,
      head: 1000,
      tail: 0,
    });
    assert.ok(asked[0]?.parts.equals(body));
    assert.deepEqual(gateway.storedKeys(), []);
  });

  it('sends only the ends of a large file', async () => {
    const { gateway, asked } = build();
    const body = mp4(2 * MAX_END_BYTES + 12_345);
    body.write('the last bytes', body.length - 14);
    await gateway.call('POST', '/probe', { headers: raw, body });
    const [{ request, parts } = { request: {}, parts: Buffer.alloc(0) }] = asked;
    assert.deepEqual(request, {
      options: { quality: 2 },
      size: body.length,
      head: MAX_END_BYTES,
      tail: MAX_END_BYTES,
    });
    assert.ok(parts.subarray(0, MAX_END_BYTES).equals(body.subarray(0, MAX_END_BYTES)));
    assert.ok(parts.subarray(MAX_END_BYTES).equals(body.subarray(-MAX_END_BYTES)));
  });

  it('takes a form, whose fields are options', async () => {
    const { gateway, asked } = build();
    const form = new FormData();
    form.set('file', new Blob([mp4(500)]), 'film.mp4');
    form.set('bitrate', '128');
    const request = new Request('http://gateway', { method: 'POST', body: form });
    const headers = { ...asOwner, 'content-type': request.headers.get('content-type') ?? '' };
    const body = Buffer.from(await request.arrayBuffer());
    assert.equal((await gateway.call('POST', '/probe', { headers, body })).status, 200);
    assert.deepEqual(asked[0]?.request, { options: { bitrate: 128 }, size: 500, head: 500, tail: 0 });
  });
});

describe('POST /probe, with the ends of a file', () => {
  it('passes them on with the size of the file', async () => {
    const { gateway, asked } = build();
    const body = mp4(3000);
    const reply = await gateway.call('POST', '/probe?size=9000000&tail=1000', { headers: raw, body });
    assert.equal(reply.status, 200);
    const [{ request, parts } = { request: {}, parts: Buffer.alloc(0) }] = asked;
    assert.deepEqual(request, { options: { quality: 2 }, size: 9_000_000, head: 2000, tail: 1000 });
    assert.ok(parts.equals(body));
  });

  it('takes ends that are the whole file', async () => {
    const { gateway, asked } = build();
    await gateway.call('POST', '/probe?size=3000&tail=1000', { headers: raw, body: mp4(3000) });
    assert.deepEqual(asked[0]?.request, { options: { quality: 2 }, size: 3000, head: 2000, tail: 1000 });
  });

  const REFUSED: [why: string, query: string, bytes: number, status: number, code: string][] = [
    ['a tail without a size', 'tail=10', 1000, 422, 'invalid_option'],
    ['a size that is no number', 'size=big', 1000, 422, 'invalid_option'],
    ['a negative tail', 'size=5000&tail=-1', 1000, 422, 'invalid_option'],
    ['two sizes', 'size=5000&size=6000', 1000, 422, 'invalid_option'],
    ['a tail that is too long', `size=30000000&tail=${MAX_END_BYTES + 1}`, 1000, 422, 'invalid_option'],
    ['a tail of the whole file', 'size=1000&tail=1000', 1000, 422, 'invalid_option'],
    ['a tail that is longer than the file', 'size=1000&tail=3000', 1000, 422, 'invalid_option'],
    ['a size of 0', 'size=0', 1000, 400, 'empty_file'],
    ['a size that could not be uploaded', `size=${MAX_UPLOAD + 1}`, 1000, 413, 'too_large'],
    ['a body that is longer than the file', 'size=999', 1000, 400, 'bad_request'],
    ['a body without a beginning', 'size=5000&tail=1000', 1000, 400, 'bad_request'],
    ['a beginning that is too long', 'size=30000000', MAX_END_BYTES + 1, 413, 'too_large'],
    ['ends that are too long', 'size=30000000&tail=8', 2 * MAX_END_BYTES + 1, 413, 'too_large'],
  ];
  for (const [why, query, bytes, status, code] of REFUSED) {
    it(`refuses ${why}`, async () => {
      const { gateway, asked } = build();
      const reply = await gateway.call('POST', `/probe?${query}`, { headers: raw, body: mp4(bytes) });
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.equal(asked.length, 0);
    });
  }
});

describe('POST /probe, for a request that it refuses', () => {
  const REFUSED: [why: string, path: string, call: object, status: number, code: string][] = [
    ['no token', '/probe', { headers: {}, body: mp4(100) }, 401, 'invalid_token'],
    ['an unknown option', '/probe?speed=2', { headers: raw, body: mp4(100) }, 422, 'invalid_option'],
    ['a bad option', '/probe?bitrate=999', { headers: raw, body: mp4(100) }, 422, 'invalid_option'],
    ['an empty file', '/probe', { headers: raw, body: Buffer.alloc(0) }, 400, 'empty_file'],
    [
      'a file that is no media',
      '/probe',
      { headers: raw, body: Buffer.alloc(9000, 'text') },
      415,
      'not_media',
    ],
    [
      'a file that is too large',
      '/probe',
      { headers: { ...raw, 'content-length': String(MAX_UPLOAD + 200_000) } },
      413,
      'too_large',
    ],
    [
      'a compressed body',
      '/probe',
      { headers: { ...raw, 'content-encoding': 'gzip' }, body: mp4(100) },
      415,
      'unsupported_media_type',
    ],
  ];
  for (const [why, path, call, status, code] of REFUSED) {
    it(`answers ${status} ${code} to ${why}, and asks no converter`, async () => {
      const { gateway, asked } = build();
      const reply = await gateway.call('POST', path, call);
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.equal(asked.length, 0);
    });
  }

  for (const query of ['quality=11', 'preset=podcast&copy=true']) {
    it(`refuses ${query} before the file has arrived`, async () => {
      async function* endless() {
        yield mp4(1000);
        await new Promise(() => undefined);
      }
      const { gateway } = build();
      const reply = await gateway.call('POST', `/probe?${query}`, { headers: raw, body: endless() });
      assert.deepEqual([reply.status, reply.json.code], [422, 'invalid_option']);
    });
  }

  it('refuses a user who has too many probes under way, and no other user', async () => {
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const reply = async () => {
      begun.resolve();
      await release.promise;
      return jsonReply(200, RESULT);
    };
    const { gateway } = build(reply as never, { probes: { all: 5, perUser: 1 } });
    const probe = (headers: object) =>
      gateway.call('POST', '/probe', { headers: { ...raw, ...headers }, body: mp4(100) });
    const first = probe(asOwner);
    await begun.promise;
    const second = await probe(asOwner);
    assert.deepEqual([second.status, second.json.code], [429, 'too_many_requests']);
    assert.ok(second.headers['retry-after']);
    const other = probe(asStranger);
    release.resolve();
    assert.deepEqual([(await first).status, (await other).status], [200, 200]);
    assert.equal((await probe(asOwner)).status, 200);
  });
});

describe('POST /probe, when the converter refuses', () => {
  it('passes on why an option does not fit the file', async () => {
    const reply = await build(() => problem(422, 'invalid_option')).gateway.call('POST', '/probe?track=9', {
      headers: raw,
      body: mp4(100),
    });
    assert.deepEqual(
      [reply.status, reply.json.code, reply.json.detail],
      [422, 'invalid_option', 'it is invalid_option'],
    );
  });

  it('passes on when to try again', async () => {
    const { gateway } = build(() => problem(503, 'unavailable', { 'retry-after': '7' }));
    const reply = await gateway.call('POST', '/probe', { headers: raw, body: mp4(100) });
    assert.deepEqual(
      [reply.status, reply.json.code, reply.headers['retry-after']],
      [503, 'unavailable', '7'],
    );
  });

  const ANSWERS: [what: string, reply: () => ReturnType<typeof jsonReply>, status: number, code: string][] = [
    ['there is no such route', () => jsonReply(404, { message: 'no' }), 501, 'not_implemented'],
    ['the route has another method', () => jsonReply(405, {}), 501, 'not_implemented'],
    [
      'a sidecar cannot reach it',
      () => jsonReply(500, { errorCode: 'ERR_DIRECT_INVOKE' }),
      503,
      'unavailable',
    ],
    ['it fails', () => problem(500, 'internal'), 500, 'internal'],
    ['it refuses us', () => problem(403, 'forbidden'), 500, 'internal'],
    ['its answer is none', () => jsonReply(200, { format: 7 }), 500, 'internal'],
  ];
  for (const [what, answer, status, code] of ANSWERS) {
    it(`answers ${status} ${code} where ${what}`, async () => {
      const reply = await build(answer).gateway.call('POST', '/probe', { headers: raw, body: mp4(100) });
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.doesNotMatch(reply.text, /ERR_DIRECT|forbidden/);
    });
  }
});
