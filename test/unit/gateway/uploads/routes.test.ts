import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { DEFAULT_OPTIONS } from '../../../../services/shared/jobs/job.ts';
import type { Call } from '../../../support/in-process.ts';
import { OWNER } from '../../../support/job.ts';
import { inPieces } from '../../../support/random.ts';
import { asOwner, buildGateway, type Gateway, MAX_BYTES } from '../build.ts';
import { filePart, form, formType, mp4 } from '../footage.ts';

const video = { ...asOwner, 'content-type': 'video/mp4' };
const upload = (gateway: Gateway, query = '', call: Call = {}) =>
  gateway.call('POST', `/upload${query}`, { headers: video, body: mp4(5000), ...call });

describe('an upload', () => {
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
      test(`of ${size} bytes ${way} is a job, told of by 202 and Location`, async () => {
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
        assert.deepEqual(job.source, { size, sha256, duration_seconds: null, tracks: null });
        assert.ok(bytes.equals(await buffer(gateway.blobs.read(job.videoBlobId))));
        assert.deepEqual(gateway.announced, [job]);
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
  ]) {
    test(`may be of type ${type}`, async () => {
      const headers = { ...asOwner, 'content-type': type };
      assert.equal((await upload(buildGateway(), '', { headers })).status, 202);
    });
  }

  test('may say that its encoding is identity', async () => {
    const headers = { ...video, 'content-encoding': 'Identity' };
    assert.equal((await upload(buildGateway(), '', { headers })).status, 202);
  });

  test('has the trace id of its request in its job', async () => {
    const gateway = buildGateway();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await upload(gateway, '', { headers: { ...video, traceparent: `00-${trace}-b7ad6b7169203331-01` } });
    assert.equal(gateway.announced[0]?.trace_id, trace);
    const accepted = gateway.lines.objects().find(({ msg }) => msg === 'video accepted');
    assert.deepEqual([accepted.trace_id, accepted.job_id], [trace, gateway.announced[0]?.id]);
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
      assert.deepEqual(gateway.announced[0]?.options, options);
    });
  }
});

const plain = { ...asOwner, 'content-type': 'text/plain' };
const none = asOwner;
const encoded = (encoding: string) => ({ ...video, 'content-encoding': encoding });
const REFUSED: [what: string, query: string, call: Call, status: number, code: string][] = [
  ['no token', '', { headers: { 'content-type': 'video/mp4' } }, 401, 'invalid_token'],
  ['an empty body', '', { body: '' }, 400, 'empty_file'],
  ['no body at all', '', { headers: { ...video, 'content-length': '0' }, body: '' }, 400, 'empty_file'],
  ['a text', '', { body: 'x'.repeat(5000) }, 415, 'not_media'],
  ['a short text', '', { body: 'hi' }, 415, 'not_media'],
  [
    'an ffconcat script',
    '',
    { body: `ffconcat version 1.0\nfile /etc/passwd${' '.repeat(999)}` },
    415,
    'not_media',
  ],
  ['an HLS playlist', '', { body: '#EXTM3U\n#EXTINF:1,\n/etc/passwd\n' }, 415, 'not_media'],
  ['one byte too many', '', { body: mp4(MAX_BYTES + 1) }, 413, 'too_large'],
  ['one byte too many in chunks', '', { body: inPieces(mp4(MAX_BYTES + 1)) }, 413, 'too_large'],
  ['twice too many', '', { body: mp4(2 * MAX_BYTES) }, 413, 'too_large'],
  ['a body of another type', '', { headers: plain }, 415, 'unsupported_media_type'],
  ['a body of no type', '', { headers: none }, 415, 'unsupported_media_type'],
  ['JSON', '', { headers: none, body: { file: 'x' } }, 415, 'unsupported_media_type'],
  ['a compressed body', '', { headers: encoded('gzip') }, 415, 'unsupported_media_type'],
  ['a body in two encodings', '', { headers: encoded('identity, br') }, 415, 'unsupported_media_type'],
  [
    'a compressed form',
    '',
    { headers: { ...encoded('gzip'), ...formType }, body: form([filePart(mp4(1000))]) },
    415,
    'unsupported_media_type',
  ],
  ['an option that is not there', '?af=movie', {}, 422, 'invalid_option'],
  ['a bit rate between two', '?bitrate=129', {}, 422, 'invalid_option'],
  ['a bit rate of LAME that is too low', '?bitrate=8', {}, 422, 'invalid_option'],
  ['a bit rate that is a text', '?bitrate=128k', {}, 422, 'invalid_option'],
  ['an empty bit rate', '?bitrate=', {}, 422, 'invalid_option'],
  ['a negative quality', '?quality=-1', {}, 422, 'invalid_option'],
  ['a quality that is too high', '?quality=10', {}, 422, 'invalid_option'],
  ['half a quality', '?quality=1.5', {}, 422, 'invalid_option'],
  ['a quality in another notation', '?quality=0x1', {}, 422, 'invalid_option'],
  ['both', '?bitrate=128&quality=2', {}, 422, 'invalid_option'],
  ['one option twice', '?quality=1&quality=2', {}, 422, 'invalid_option'],
  ['a prototype', '?__proto__=1', {}, 422, 'invalid_option'],
  ['an option in another case', '?Quality=2', {}, 422, 'invalid_option'],
];

describe('an upload is refused, and leaves nothing, with', () => {
  for (const [what, query, call, status, code] of REFUSED) {
    test(`${what}: ${status} ${code}`, async () => {
      const gateway = buildGateway();
      const reply = await upload(gateway, query, call);
      assert.deepEqual([reply.status, reply.json?.code], [status, code]);
      assert.equal(reply.headers['content-type'], 'application/problem+json');
      assert.deepEqual(gateway.left(), []);
      assert.deepEqual(gateway.announced, []);
    });
  }
});
