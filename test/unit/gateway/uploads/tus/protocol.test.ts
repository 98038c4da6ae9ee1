import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { inPieces } from '../../../../support/random.ts';
import { mp4 } from '../../sample-uploads.ts';
import { asOwner, asStranger, buildGateway, MAX_BYTES } from '../../test-gateway.ts';
import { BYTES, checksum, metadata, tusClient, version } from './tus-client.ts';

type Headers = Record<string, string>;
const SIZE = 5_000;
const FILE = mp4(SIZE);

/** A gateway with an upload of which the first 2000 bytes are stored. */
async function withUpload(options: Parameters<typeof buildGateway>[0] = {}) {
  const gateway = buildGateway(options);
  const tus = tusClient(gateway);
  const path = await tus.create(SIZE);
  assert.equal((await tus.patch(path, 0, FILE.subarray(0, 2000))).status, 204);
  return { gateway, tus, path };
}

describe('OPTIONS /uploads', () => {
  for (const path of ['/uploads', `/uploads/${randomUUID()}`])
    it(`tells what the server can do at ${path.slice(0, 9)}, without a token`, async () => {
      const { status, headers, text } = await buildGateway().call('OPTIONS', path);
      assert.deepEqual([status, text], [204, '']);
      assert.equal(headers['tus-version'], '1.0.0');
      assert.equal(headers['tus-resumable'], '1.0.0');
      assert.equal(headers['tus-max-size'], String(MAX_BYTES));
      assert.equal(
        headers['tus-extension'],
        'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum',
      );
      assert.equal(headers['tus-checksum-algorithm'], 'sha1,sha256,md5');
    });
});

describe('POST /uploads', () => {
  it('answers with 201, a relative Location, and the time of expiry', async () => {
    const gateway = buildGateway();
    const reply = await tusClient(gateway).post({ 'upload-length': '100' });
    assert.deepEqual([reply.status, reply.text], [201, '']);
    assert.match(String(reply.headers.location), /^\/uploads\/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    const lifeMs = Date.parse(String(reply.headers['upload-expires'])) - Date.now();
    assert.ok(lifeMs > 3590_000 && lifeMs <= 3600_000, `${lifeMs}`);
    assert.equal(reply.headers['upload-offset'], undefined);
  });

  it('takes the first bytes with the creation', async () => {
    const tus = tusClient(buildGateway());
    const reply = await tus.post(
      { 'upload-length': String(SIZE), 'content-type': BYTES },
      FILE.subarray(0, 3000),
    );
    assert.deepEqual([reply.status, reply.headers['upload-offset']], [201, '3000']);
    const last = await tus.patch(String(reply.headers.location), 3000, FILE.subarray(3000));
    assert.match(String(last.headers['mp3-job']), /^[\da-f-]{36}$/);
  });

  it('makes the job when all bytes come with the creation', async () => {
    const gateway = buildGateway();
    const reply = await tusClient(gateway).post(
      { 'upload-length': String(SIZE), 'content-type': BYTES },
      FILE,
    );
    assert.deepEqual([reply.status, reply.headers['upload-offset']], [201, String(SIZE)]);
    assert.equal((await gateway.jobs.get(String(reply.headers['mp3-job']))).document.status, 'queued');
    assert.equal(reply.headers['upload-expires'], undefined);
  });

  it('takes the length later, with any PATCH', async () => {
    const gateway = buildGateway();
    const tus = tusClient(gateway);
    const { headers } = await tus.post({ 'upload-defer-length': '1' });
    const path = String(headers.location);
    await tus.patch(path, 0, FILE.subarray(0, 1000));
    const before = await tus.head(path);
    assert.deepEqual(
      [before.headers['upload-defer-length'], before.headers['upload-length']],
      ['1', undefined],
    );
    assert.equal((await tus.get(path)).json.size, null);
    await tus.patch(path, 1000, FILE.subarray(1000, 4000), { 'upload-length': String(SIZE) });
    const after = await tus.head(path);
    assert.deepEqual(
      [after.headers['upload-defer-length'], after.headers['upload-length'], after.headers['upload-offset']],
      [undefined, String(SIZE), '4000'],
    );
    const again = await tus.patch(path, 4000, FILE.subarray(4000), { 'upload-length': '6000' });
    assert.deepEqual([again.status, again.json.code], [400, 'bad_request']);
    const last = await tus.patch(path, 4000, FILE.subarray(4000));
    assert.match(String(last.headers['mp3-job']), /^[\da-f-]{36}$/);
  });

  const REFUSED: [what: string, headers: Headers, status: number, code: string][] = [
    ['another version', { 'tus-resumable': '0.2.2', 'upload-length': '9' }, 412, 'precondition_failed'],
    ['an empty version', { 'tus-resumable': '', 'upload-length': '9' }, 412, 'precondition_failed'],
    ['no length', {}, 400, 'bad_request'],
    ['two lengths', { 'upload-length': '9', 'upload-defer-length': '1' }, 400, 'bad_request'],
    ['another deferral', { 'upload-defer-length': '2' }, 400, 'bad_request'],
    ['a length that is negative', { 'upload-length': '-1' }, 400, 'bad_request'],
    ['a length with a leading zero', { 'upload-length': '09' }, 400, 'bad_request'],
    ['a length that is no number', { 'upload-length': '1e3' }, 400, 'bad_request'],
    ['an empty file', { 'upload-length': '0' }, 400, 'empty_file'],
    ['a file that is too large', { 'upload-length': String(MAX_BYTES + 1) }, 413, 'too_large'],
    ['a length beyond every number', { 'upload-length': '9'.repeat(16) }, 413, 'too_large'],
    [
      'a part of a concatenation',
      { 'upload-length': '9', 'upload-concat': 'partial' },
      501,
      'not_implemented',
    ],
    [
      'metadata that is no base64',
      { 'upload-length': '9', 'upload-metadata': 'filename a.mp4' },
      400,
      'bad_request',
    ],
    [
      'a compressed body',
      { 'upload-length': '9', 'content-type': BYTES, 'content-encoding': 'gzip' },
      415,
      'unsupported_media_type',
    ],
    [
      'an unknown checksum',
      { 'upload-length': '9', 'content-type': BYTES, 'upload-checksum': 'crc32 AAAA' },
      400,
      'bad_request',
    ],
    [
      'an unknown option',
      { 'upload-length': '9', 'upload-metadata': metadata({ bitrat: '192' }) },
      422,
      'invalid_option',
    ],
    [
      'a wrong option',
      { 'upload-length': '9', 'upload-metadata': metadata({ bitrate: '193' }) },
      422,
      'invalid_option',
    ],
    [
      'conflicting options',
      { 'upload-length': '9', 'upload-metadata': metadata({ bitrate: '192', quality: '2' }) },
      422,
      'invalid_option',
    ],
    [
      'half of an original',
      { 'upload-length': '9', 'upload-metadata': metadata({ original_size: '7' }) },
      422,
      'invalid_option',
    ],
    ['a bad key', { 'upload-length': '9', 'idempotency-key': 'a b' }, 400, 'bad_request'],
  ];
  for (const [what, headers, status, code] of REFUSED) {
    it(`refuses ${what} with ${status} ${code}, and stores nothing`, async () => {
      const gateway = buildGateway();
      const reply = await tusClient(gateway).post(headers, 'abc');
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.match(String(reply.headers['content-type']), /^application\/problem\+json/);
      assert.equal(reply.headers['tus-resumable'], '1.0.0');
      assert.equal(reply.headers['tus-version'], status === 412 ? '1.0.0' : undefined);
      assert.deepEqual(gateway.storedKeys(), []);
    });
  }

  const NAMES: [metadata: Headers, name: string][] = [
    [{ filename: 'a.mp4', filetype: 'video/mp4' }, 'a.mp4'],
    [{ name: 'b.mkv', type: 'video/x-matroska', relativePath: 'x/b.mkv' }, 'b.mkv'],
    [{ filename: '', name: 'c.mp4' }, 'c.mp4'],
    [{ filename: '../../etc/passwd' }, 'passwd'],
    [{ filename: '日本語 🎬.mp4' }, '日本語 🎬.mp4'],
    [{ filename: '$etag' }, '$etag'],
    [{}, 'video'],
  ];
  for (const [given, name] of NAMES) {
    it(`names the job ${name} by ${JSON.stringify(given)}`, async () => {
      const gateway = buildGateway();
      const reply = await tusClient(gateway).post(
        { 'upload-length': String(SIZE), 'content-type': BYTES, 'upload-metadata': metadata(given) },
        FILE,
      );
      const { document: job } = await gateway.jobs.get(String(reply.headers['mp3-job']));
      assert.equal(job.filename, name);
    });
  }

  it('keeps the options and the size of the film beside its sound', async () => {
    const gateway = buildGateway();
    const given = { preset: 'podcast', title: '', original_size: '1900000000', original_track: '2' };
    const reply = await tusClient(gateway).post(
      { 'upload-length': String(SIZE), 'content-type': BYTES, 'upload-metadata': metadata(given) },
      FILE,
    );
    const { document: job } = await gateway.jobs.get(String(reply.headers['mp3-job']));
    assert.deepEqual(job.options, { bitrate: 96, channels: 1, normalize: -16 });
    assert.deepEqual(job.source.original, { size: 1_900_000_000, track: 2 });
  });
});

describe('HEAD /uploads/:id', () => {
  it('tells the offset, the length, the metadata as they were sent, and that nobody may cache it', async () => {
    const tus = tusClient(buildGateway());
    const sent = `${metadata({ filename: 'ü.mp4' })},filetype`;
    const path = await tus.create(SIZE, { 'upload-metadata': sent });
    const { status, headers, text } = await tus.head(path);
    assert.deepEqual([status, text], [200, '']);
    assert.equal(headers['upload-offset'], '0');
    assert.equal(headers['upload-length'], String(SIZE));
    assert.equal(headers['upload-metadata'], sent);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['tus-resumable'], '1.0.0');
    assert.ok(headers['upload-expires']);
  });

  it('names the job of a complete upload', async () => {
    const { tus, path } = await withUpload();
    const last = await tus.patch(path, 2000, FILE.subarray(2000));
    const { headers } = await tus.head(path);
    assert.equal(headers['upload-offset'], String(SIZE));
    assert.equal(headers['mp3-job'], last.headers['mp3-job']);
    assert.equal(headers['upload-expires'], undefined);
  });
});

describe('PATCH /uploads/:id', () => {
  it('appends a body without a Content-Length', async () => {
    const { tus, path } = await withUpload();
    const reply = await tus.patch(path, 2000, inPieces(FILE.subarray(2000), 700));
    assert.deepEqual([reply.status, reply.headers['upload-offset']], [204, String(SIZE)]);
  });

  it('appends nothing for an empty body', async () => {
    const { tus, path } = await withUpload();
    const reply = await tus.patch(path, 2000, '');
    assert.deepEqual([reply.status, reply.headers['upload-offset']], [204, '2000']);
  });

  it('renews the expiry', async (context) => {
    const { tus, path } = await withUpload();
    const before = (await tus.get(path)).json.expires_at;
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
    const reply = await tus.patch(path, 2000, FILE.subarray(2000, 2100));
    const after = (await tus.get(path)).json.expires_at;
    assert.ok(Date.parse(after) - Date.parse(before) >= 59_000);
    assert.equal(reply.headers['upload-expires'], new Date(after).toUTCString());
  });

  it('can be sent as a POST', async () => {
    const { tus, path } = await withUpload();
    const override = { 'content-type': BYTES, 'upload-offset': '2000', 'x-http-method-override': 'PATCH' };
    const reply = await tus.call('POST', path, override, FILE.subarray(2000));
    assert.deepEqual([reply.status, reply.headers['upload-offset']], [204, String(SIZE)]);
  });

  const REFUSED: [what: string, offset: number, headers: Headers, status: number, code: string][] = [
    ['a smaller offset', 1999, {}, 409, 'offset_conflict'],
    ['a larger offset', 2001, {}, 409, 'offset_conflict'],
    ['the offset 0', 0, {}, 409, 'offset_conflict'],
    ['an offset that is no number', 0, { 'upload-offset': 'x' }, 400, 'bad_request'],
    ['an offset that is negative', 0, { 'upload-offset': '-2000' }, 400, 'bad_request'],
    ['another type', 2000, { 'content-type': 'video/mp4' }, 415, 'unsupported_media_type'],
    ['another version', 2000, { 'tus-resumable': '1.0.1' }, 412, 'precondition_failed'],
    ['a compressed body', 2000, { 'content-encoding': 'br' }, 415, 'unsupported_media_type'],
    ['a late length', 2000, { 'upload-length': '7000' }, 400, 'bad_request'],
    ['an unknown checksum', 2000, { 'upload-checksum': 'crc32 AAAA' }, 400, 'bad_request'],
    ['a wrong checksum', 2000, { 'upload-checksum': checksum(Buffer.from('x')) }, 460, 'checksum_mismatch'],
  ];
  for (const [what, offset, headers, status, code] of REFUSED) {
    it(`refuses ${what} with ${status} ${code}, and keeps what is stored`, async () => {
      const { tus, path } = await withUpload();
      const reply = await tus.patch(path, offset, FILE.subarray(2000), headers);
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      assert.match(String(reply.headers['content-type']), /^application\/problem\+json/);
      assert.equal(reply.headers['tus-resumable'], '1.0.0');
      assert.equal((await tus.head(path)).headers['upload-offset'], '2000');
      assert.equal((await tus.patch(path, 2000, FILE.subarray(2000))).status, 204);
    });
  }

  for (const [what, body] of [
    ['with a Content-Length', mp4(4000)],
    ['without one', inPieces(mp4(4000), 500)],
  ] as const)
    it(`refuses more bytes than the upload has, ${what}, with 413`, async () => {
      const { tus, path } = await withUpload();
      const reply = await tus.patch(path, 2000, body);
      assert.deepEqual([reply.status, reply.json.code], [413, 'too_large']);
      const offset = Number((await tus.head(path)).headers['upload-offset']);
      assert.ok(offset < SIZE);
    });
});

describe('DELETE /uploads/:id', () => {
  it('deletes all bytes, and the upload is unknown afterwards', async () => {
    const { gateway, tus, path } = await withUpload();
    assert.ok(gateway.state.keys().some((key) => key.startsWith('tail:')));
    const reply = await tus.delete(path);
    assert.deepEqual([reply.status, reply.text], [204, '']);
    assert.deepEqual(
      gateway.state.keys().filter((key) => /^(blob|chunk|tail):/.test(key)),
      [],
    );
    for (const method of ['HEAD', 'GET', 'DELETE'])
      assert.equal((await tus.call(method, path, {})).status, 404);
    assert.equal((await tus.patch(path, 2000, FILE.subarray(2000))).status, 404);
  });

  it('keeps no name and no address of an upload that was deleted', async () => {
    const gateway = buildGateway();
    const tus = tusClient(gateway);
    const path = await tus.create(SIZE, { 'upload-metadata': metadata({ filename: 'secret.mp4' }) });
    await tus.delete(path);
    const { value = '' } = (await gateway.state.get(`upload:${path.split('/').at(-1)}`)) ?? {};
    assert.match(value, /"removed"/);
    assert.doesNotMatch(value, /secret|example\.com/);
  });

  it('refuses an upload that has become a job with 409, and keeps the job with its video', async () => {
    const { gateway, tus, path } = await withUpload();
    const last = await tus.patch(path, 2000, FILE.subarray(2000));
    const reply = await tus.delete(path);
    assert.deepEqual([reply.status, reply.json.code], [409, 'state_conflict']);
    const { document: job } = await gateway.jobs.get(String(last.headers['mp3-job']));
    assert.ok(await gateway.blobs.stat(job.videoBlobId));
  });
});

describe('an upload', () => {
  const METHODS = ['HEAD', 'GET', 'PATCH', 'DELETE'];
  const bytesAt = { 'content-type': BYTES, 'upload-offset': '2000' };

  for (const method of METHODS) {
    it(`of another user is 404 for ${method}, and is not changed`, async () => {
      const { gateway, tus, path } = await withUpload();
      const reply = await tusClient(gateway, asStranger).call(
        method,
        path,
        bytesAt,
        method === 'PATCH' ? 'x' : undefined,
      );
      assert.equal(reply.status, 404);
      assert.equal((await tus.head(path)).headers['upload-offset'], '2000');
    });

    it(`needs a token for ${method}`, async () => {
      const { gateway, path } = await withUpload();
      const reply = await gateway.call(method, path, { headers: { ...version, ...bytesAt } });
      assert.equal(reply.status, 401);
      assert.ok(reply.headers['www-authenticate']);
    });

    for (const id of [
      'x',
      '..%2f..',
      `${randomUUID().toUpperCase()}A`,
      '%00',
      '$etag',
      `job:${randomUUID()}`,
      '%zz',
    ])
      it(`has no id such as ${id.slice(0, 8)} for ${method}`, async () => {
        const { tus } = await withUpload();
        const { status } = await tus.call(
          method,
          `/uploads/${id}`,
          bytesAt,
          method === 'PATCH' ? 'x' : undefined,
        );
        assert.ok(status === 404 || status === 400, `${status}`);
      });
  }

  it('whose job was deleted is unknown', async () => {
    const { gateway, tus, path } = await withUpload();
    const last = await tus.patch(path, 2000, FILE.subarray(2000));
    await gateway.call('DELETE', `/jobs/${last.headers['mp3-job']}`, { headers: asOwner });
    assert.equal((await tus.head(path)).status, 404);
    assert.equal((await tus.get(path)).status, 404);
  });

  for (const [method, path] of [
    ['PUT', '/uploads'],
    ['GET', '/uploads'],
    ['PUT', `/uploads/${randomUUID()}`],
    ['POST', `/uploads/${randomUUID()}`],
  ] as const)
    it(`cannot be used by ${method} ${path.slice(0, 10)}`, async () => {
      const reply = await tusClient(buildGateway()).call(method, path, {});
      assert.deepEqual([reply.status, reply.json.code], [405, 'method_not_allowed']);
    });
});

describe('a checksum', () => {
  for (const algorithm of ['sha1', 'sha256', 'md5'])
    it(`by ${algorithm} that is right lets the bytes in`, async () => {
      const { tus, path } = await withUpload();
      const rest = FILE.subarray(2000);
      const reply = await tus.patch(path, 2000, rest, { 'upload-checksum': checksum(rest, algorithm) });
      assert.deepEqual([reply.status, reply.headers['upload-offset']], [204, String(SIZE)]);
    });

  it('that is wrong lets in none of several chunks, and the upload goes on afterwards', async () => {
    const file = mp4(3_500_000);
    const gateway = buildGateway({ maxUploadBytes: 10_000_000 });
    const tus = tusClient(gateway);
    const path = await tus.create(file.length);
    await tus.patch(path, 0, file.subarray(0, 1_200_000));
    const damaged = Buffer.from(file.subarray(1_200_000));
    damaged[1_900_000] = (damaged[1_900_000] ?? 0) ^ 1;
    const wrong = await tus.patch(path, 1_200_000, damaged, {
      'upload-checksum': checksum(file.subarray(1_200_000)),
    });
    assert.equal(wrong.status, 460);
    assert.equal((await tus.head(path)).headers['upload-offset'], '1200000');
    const rest = file.subarray(1_200_000);
    const right = await tus.patch(path, 1_200_000, rest, { 'upload-checksum': checksum(rest) });
    assert.equal(right.headers['upload-offset'], String(file.length));
    const { document: job } = await gateway.jobs.get(String(right.headers['mp3-job']));
    assert.ok(file.equals(Buffer.concat(await Array.fromAsync(gateway.blobs.read(job.videoBlobId)))));
    assert.deepEqual(
      gateway.state.keys().filter((key) => key.startsWith('tail:')),
      [],
    );
  });

  it('that is wrong leaves no bytes behind a file that turns out to be shorter', async () => {
    const gateway = buildGateway({ maxUploadBytes: 10_000_000 });
    const tus = tusClient(gateway);
    const { headers } = await tus.post({ 'upload-defer-length': '1' });
    const path = String(headers.location);
    const wrong = await tus.patch(path, 0, mp4(3_500_000), { 'upload-checksum': checksum(FILE) });
    assert.equal(wrong.status, 460);
    const reply = await tus.patch(path, 0, FILE, { 'upload-length': String(SIZE) });
    const { document: job } = await gateway.jobs.get(String(reply.headers['mp3-job']));
    assert.deepEqual(
      gateway.state.keys().filter((key) => key.startsWith('chunk:')),
      [`chunk:${job.videoBlobId}:0`],
    );
  });

  it('of the first bytes that is wrong does not count as a file of another type', async () => {
    const tus = tusClient(buildGateway());
    const path = await tus.create(SIZE);
    const damaged = Buffer.from(`%PDF-1.4 ${'x'.repeat(4991)}`);
    const wrong = await tus.patch(path, 0, damaged, { 'upload-checksum': checksum(FILE) });
    assert.equal(wrong.status, 460);
    assert.equal((await tus.patch(path, 0, FILE, { 'upload-checksum': checksum(FILE) })).status, 204);
  });
});
