import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, it, test } from 'node:test';
import { DEFAULT_OPTIONS } from '../../../../services/shared/jobs/conversion-options.ts';
import type { Call } from '../../../support/in-process.ts';
import { OWNER } from '../../../support/job.ts';
import { inPieces } from '../../../support/random.ts';
import { filePart, form, formType, mp4 } from '../sample-uploads.ts';
import { asOwner, buildGateway, type Gateway, MAX_BYTES } from '../test-gateway.ts';

const video = { ...asOwner, 'content-type': 'video/mp4' };
const upload = (gateway: Gateway, query = '', call: Call = {}) =>
  gateway.call('POST', `/upload${query}`, { headers: video, body: mp4(5000), ...call });

describe('POST /upload', () => {
  const WAYS: [way: string, query: string, call: (bytes: Buffer) => Call][] = [
    ['as a raw body', '?filename=a.mp4', (body) => ({ body })],
    ['as a raw body in chunks', '?filename=a.mp4', (bytes) => ({ body: inPieces(bytes, 9_999) })],
    ['as a form', '', (bytes) => ({ headers: { ...asOwner, ...formType }, body: form([filePart(bytes)]) })],
    [
      'as a form in chunks',
      '',
      (bytes) => ({ headers: { ...asOwner, ...formType }, body: inPieces(form([filePart(bytes)]), 9_999) }),
    ],
  ];
  for (const [way, query, call] of WAYS) {
    for (const size of [12, 5_000, MAX_BYTES]) {
      test(`makes a job of ${size} bytes ${way} and answers with 202 and Location`, async () => {
        const gateway = buildGateway();
        const bytes = mp4(size);
        const { status, headers, json } = await upload(gateway, query, call(bytes));
        assert.equal(status, 202);
        assert.deepEqual(json, { id: json.id, status: 'queued' });
        assert.equal(headers.location, `/jobs/${json.id}`);

        const { document: job } = await gateway.jobs.get(json.id);
        assert.deepEqual([job.owner, job.email, job.filename], [OWNER.id, OWNER.email, 'a.mp4']);
        assert.deepEqual(job.options, DEFAULT_OPTIONS);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const unknown = { duration_seconds: null, tracks: null, original: null };
        assert.deepEqual(job.source, { size, sha256, ...unknown, kept: 'whole' });
        assert.ok(bytes.equals(await buffer(gateway.blobs.read(job.videoBlobId))));
        assert.deepEqual(gateway.publishedVideos, [job]);
        const open = (await Array.fromAsync(gateway.index.listActive())).flat();
        assert.deepEqual(
          open.map(({ id }) => id),
          [job.id],
        );
      });
    }
  }

  for (const type of [
    'video/mp4',
    'video/x-matroska',
    'audio/mpeg',
    'application/octet-stream',
    'Video/MP4; a=b',
    'application/x-www-form-urlencoded',
    'application/mp4',
    'application/mxf',
    'application/json',
    'text/plain; charset=utf-8',
    'binary/octet-stream',
    'multipart/mixed; boundary=x',
    'no type at all',
    undefined,
  ]) {
    test(`accepts a body of type ${type}`, async () => {
      const headers = { ...asOwner, ...(type !== undefined && { 'content-type': type }) };
      assert.equal((await upload(buildGateway(), '', { headers })).status, 202);
    });
  }

  test('accepts the content encoding identity', async () => {
    const headers = { ...video, 'content-encoding': 'Identity' };
    assert.equal((await upload(buildGateway(), '', { headers })).status, 202);
  });

  test('stores the trace id of the request in the job', async () => {
    const gateway = buildGateway();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await upload(gateway, '', { headers: { ...video, traceparent: `00-${trace}-b7ad6b7169203331-01` } });
    assert.equal(gateway.publishedVideos[0]?.trace_id, trace);
    const accepted = gateway.lines.objects().find(({ msg }) => msg === 'video accepted');
    assert.deepEqual([accepted.trace_id, accepted.job_id], [trace, gateway.publishedVideos[0]?.id]);
  });

  const OPTIONS: [query: string, options: object][] = [
    ['?bitrate=128', { bitrate: 128 }],
    ['?quality=0', { quality: 0 }],
    ['?quality=9&filename=x', { quality: 9 }],
  ];
  for (const [query, options] of OPTIONS) {
    test(`takes its options from ${query}`, async () => {
      const gateway = buildGateway();
      assert.equal((await upload(gateway, query)).status, 202);
      assert.deepEqual(gateway.publishedVideos[0]?.options, options);
    });
  }
});

const plain = { ...asOwner, 'content-type': 'text/plain' };
const none = asOwner;
const urlencoded = { ...asOwner, 'content-type': 'application/x-www-form-urlencoded' };
const encoded = (encoding: string) => ({ ...video, 'content-encoding': encoding });
const REFUSED: [what: string, query: string, call: Call, status: number, code: string][] = [
  ['a request without a token', '', { headers: { 'content-type': 'video/mp4' } }, 401, 'invalid_token'],
  ['an empty body', '', { body: '' }, 400, 'empty_file'],
  [
    'a request without a body',
    '',
    { headers: { ...video, 'content-length': '0' }, body: '' },
    400,
    'empty_file',
  ],
  ['text', '', { body: 'x'.repeat(5000) }, 415, 'not_media'],
  ['a short text', '', { body: 'hi' }, 415, 'not_media'],
  [
    'an ffconcat script',
    '',
    { body: `ffconcat version 1.0\nfile /etc/passwd${' '.repeat(999)}` },
    415,
    'not_media',
  ],
  ['an HLS playlist', '', { body: '#EXTM3U\n#EXTINF:1,\n/etc/passwd\n' }, 415, 'not_media'],
  ['a file that is one byte too large', '', { body: mp4(MAX_BYTES + 1) }, 413, 'too_large'],
  ['a chunked file that is one byte too large', '', { body: inPieces(mp4(MAX_BYTES + 1)) }, 413, 'too_large'],
  ['a file that is twice too large', '', { body: mp4(2 * MAX_BYTES) }, 413, 'too_large'],
  ['text of its own type', '', { headers: plain, body: 'hello' }, 415, 'not_media'],
  ['text without a type', '', { headers: none, body: 'hello' }, 415, 'not_media'],
  ['JSON', '', { headers: none, body: { file: 'x' } }, 415, 'not_media'],
  ['a form without files', '', { headers: urlencoded, body: 'file=a.mp4' }, 415, 'not_media'],
  [
    'a form that has no boundary',
    '',
    { headers: { ...asOwner, 'content-type': 'multipart/form-data' } },
    400,
    'bad_request',
  ],
  ['a compressed body', '', { headers: encoded('gzip') }, 415, 'unsupported_media_type'],
  ['a body in two encodings', '', { headers: encoded('identity, br') }, 415, 'unsupported_media_type'],
  [
    'a compressed form',
    '',
    { headers: { ...encoded('gzip'), ...formType }, body: form([filePart(mp4(1000))]) },
    415,
    'unsupported_media_type',
  ],
  ['an unknown option', '?af=movie', {}, 422, 'invalid_option'],
  ['a bit rate that MP3 does not have', '?bitrate=129', {}, 422, 'invalid_option'],
  ['a bit rate that is too low', '?bitrate=8', {}, 422, 'invalid_option'],
  ['a bit rate with a unit', '?bitrate=128k', {}, 422, 'invalid_option'],
  ['an empty bit rate', '?bitrate=', {}, 422, 'invalid_option'],
  ['a negative quality', '?quality=-1', {}, 422, 'invalid_option'],
  ['a quality that is too high', '?quality=10', {}, 422, 'invalid_option'],
  ['a fractional quality', '?quality=1.5', {}, 422, 'invalid_option'],
  ['a quality in another notation', '?quality=0x1', {}, 422, 'invalid_option'],
  ['a bit rate together with a quality', '?bitrate=128&quality=2', {}, 422, 'invalid_option'],
  ['the same option twice', '?quality=1&quality=2', {}, 422, 'invalid_option'],
  ['the option __proto__', '?__proto__=1', {}, 422, 'invalid_option'],
  ['an option in another case', '?Quality=2', {}, 422, 'invalid_option'],
];

describe('POST /upload with the sound of a film', () => {
  it('keeps the size of the film and the position of the track in the job', async () => {
    const gateway = buildGateway();
    const { json } = await upload(
      gateway,
      '?filename=a.mp4&original_size=1900000000&original_track=2&bitrate=96',
    );
    const { document: job } = await gateway.jobs.get(json.id);
    assert.deepEqual(job.source.original, { size: 1_900_000_000, track: 2 });
    assert.deepEqual(job.options, { bitrate: 96 });
  });

  const WRONG = [
    'original_size=1',
    'original_track=1',
    'original_size=0&original_track=1',
    'original_size=1&original_track=0',
    'original_size=-1&original_track=1',
    'original_size=1e3&original_track=1',
    'original_size=1&original_track=eng',
    'original_size=1&original_size=2&original_track=1',
    `original_size=${'9'.repeat(16)}&original_track=1`,
    'original_size=&original_track=',
  ];
  for (const query of WRONG)
    it(`refuses ${query} with 422`, async () => {
      const gateway = buildGateway();
      const { status, json } = await upload(gateway, `?${query}`);
      assert.deepEqual([status, json.code], [422, 'invalid_option']);
      assert.deepEqual(gateway.storedKeys(), []);
    });
});

describe('POST /upload with whole', () => {
  for (const query of ['whole=true', 'whole=false', 'whole=true&whole=true'])
    it(`takes ${query}, which is no option of the conversion`, async () => {
      const gateway = buildGateway();
      const { status, json } = await upload(gateway, `?filename=a.mp4&${query}`);
      assert.equal(status, 202);
      assert.deepEqual((await gateway.jobs.get(json.id)).document.options, DEFAULT_OPTIONS);
    });

  for (const query of ['whole=', 'whole=1', 'whole=TRUE', 'whole=true&whole=false'])
    it(`refuses ${query} with 422`, async () => {
      const gateway = buildGateway();
      const { status, json } = await upload(gateway, `?${query}`);
      assert.deepEqual([status, json.code], [422, 'invalid_option']);
      assert.deepEqual(gateway.storedKeys(), []);
    });
});

describe('POST /upload, for a bad request', () => {
  for (const [what, query, call, status, code] of REFUSED) {
    test(`refuses ${what} with ${status} ${code} and stores nothing`, async () => {
      const gateway = buildGateway();
      const reply = await upload(gateway, query, call);
      assert.deepEqual([reply.status, reply.json?.code], [status, code]);
      assert.equal(reply.headers['content-type'], 'application/problem+json');
      assert.deepEqual(gateway.storedKeys(), []);
      assert.deepEqual(gateway.publishedVideos, []);
    });
  }
});
