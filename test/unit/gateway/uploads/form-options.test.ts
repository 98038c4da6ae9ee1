import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baseOf } from '../../../../services/shared/jobs/job.ts';
import { done } from '../../../support/job.ts';
import { inPieces, randomNumbers } from '../../../support/random.ts';
import { filePart, form, formType, mp4, part } from '../sample-uploads.ts';
import { asOwner, buildGateway, type Gateway } from '../test-gateway.ts';

const MAX_BYTES = 3_000_000;
/** Of more than one chunk, so that some of it is stored before the end of the form arrives. */
const FILE = mp4(2_500_000);
const SMALL = mp4(2_000);

type Part = Buffer;
const field = (name: string, value: string | Buffer, headers: string[] = []): Part =>
  part(name, value, '', headers);
const build = () => buildGateway({ maxUploadBytes: MAX_BYTES });

const send = (gateway: Gateway, parts: Part[], { query = '', key = '' } = {}) =>
  gateway.call('POST', `/upload${query}`, {
    headers: { ...asOwner, ...formType, ...(key && { 'idempotency-key': key }) },
    body: inPieces(form(parts), 100_000),
  });

const GOOD: [what: string, query: string, before: Part[], after: Part[], options: object][] = [
  ['a field before the file', '', [field('bitrate', '192')], [], { bitrate: 192 }],
  ['a field after the file', '', [], [field('bitrate', '192')], { bitrate: 192 }],
  [
    'fields on both sides and the query',
    '?track=eng',
    [field('quality', '4'), field('title', 'Ä ö')],
    [field('start', '1:30'), field('strict', 'on')],
    { quality: 4, start: 90, track: 'eng', title: 'Ä ö', strict: true },
  ],
  [
    'the same value in the query and in both places of the form',
    '?start=90',
    [field('start', '1:30')],
    [field('start', '90.0')],
    { quality: 2, start: 90 },
  ],
  [
    'a preset before the file and its override after it',
    '',
    [field('preset', 'small'), field('bitrate', '320')],
    [field('sample_rate', '44100')],
    { bitrate: 320, sample_rate: 44_100, channels: 1 },
  ],
  [
    'controls that were not filled in',
    '',
    [field('bitrate', ''), field('normalize', ''), field('preset', '')],
    [field('title', ''), part('cover', '', '; filename=""', ['Content-Type: application/octet-stream'])],
    { quality: 2 },
  ],
  [
    'a field in another charset that is named (RFC 7578 4.5)',
    '',
    [field('title', Buffer.from('Käse', 'latin1'), ['Content-Type: text/plain; charset=iso-8859-1'])],
    [],
    { quality: 2, title: 'Käse' },
  ],
  ['a title in decomposed Unicode', '', [], [field('title', 'e\u0301')], { quality: 2, title: 'é' }],
];

describe('POST /upload with options in a form', () => {
  for (const [what, query, before, after, options] of GOOD) {
    it(`takes ${what}`, async () => {
      const gateway = build();
      const { status, json } = await send(gateway, [...before, filePart(FILE), ...after], { query });
      assert.equal(status, 202, JSON.stringify(json));
      const { document } = await gateway.jobs.get(json.id);
      assert.deepEqual([document.options, document.source.size], [options, FILE.length]);
      assert.deepEqual(gateway.publishedVideos, [document]);
    });
  }

  it('answers with the earlier job where that has the options that follow the file', async () => {
    const gateway = build();
    const { json: first } = await send(gateway, [filePart(FILE), field('quality', '5')]);
    await gateway.jobs.update(first.id, (job) => done(baseOf(job)));
    const { json: same } = await send(gateway, [field('quality', '5'), filePart(FILE)]);
    const { json: other } = await send(gateway, [filePart(FILE), field('quality', '6')]);
    assert.deepEqual(same, { id: first.id, status: 'done' });
    assert.notEqual(other.id, first.id);
  });
});

const BAD: [what: string, query: string, before: Part[], after: Part[], detail: RegExp][] = [
  ['an unknown field before the file', '', [field('a', '1')], [], /^there is no option a;/],
  ['an unknown field after the file', '', [], [field('a', '1')], /^there is no option a;/],
  ['an unknown field without a value', '', [], [field('a', '')], /^there is no option a;/],
  ['a field without a name', '', [], [field('', '1')], /^there is no option "";/],
  ['a field named __proto__', '', [field('__proto__', '1')], [], /^there is no option __proto__;/],
  ['the name of the file as a field', '', [field('filename', 'a.mp4')], [], /^there is no option filename;/],
  ['a bad value before the file', '', [field('bitrate', '129')], [], /^bitrate is one of/],
  ['a bad value after the file', '', [], [field('bitrate', '129')], /^bitrate is one of/],
  ['a value with a line break', '', [], [field('title', 'a\r\nb')], /^title is one line/],
  [
    'a value that is no UTF-8',
    '',
    [],
    [field('title', Buffer.from([0x61, 0xff, 0x62]))],
    /^title is one line/,
  ],
  [
    'a value in an unknown charset',
    '',
    [],
    [field('title', Buffer.from([0xe4]), ['Content-Type: text/plain; charset=koi9'])],
    /^title is/,
  ],
  ['a value of 50 kB', '', [], [field('title', 'x'.repeat(50_000))], /^title is one line .*not "x{40}"…$/],
  [
    'another value than in the query',
    '?quality=1',
    [],
    [field('quality', '2')],
    /^quality is given with different/,
  ],
  [
    'another value than before the file',
    '',
    [field('copy', '1')],
    [field('copy', '0')],
    /^copy is given with different/,
  ],
  [
    'a bit rate in the query and a quality in a field',
    '?bitrate=128',
    [],
    [field('quality', '2')],
    /exclude each other/,
  ],
  ['an end before the start', '', [field('start', '10')], [field('end', '5')], /^end \(5 s\) must be/],
  [
    'a preset that does not fit',
    '',
    [field('preset', 'small')],
    [field('bitrate', '320')],
    /^there is no MP3 with/,
  ],
];

describe('POST /upload with bad options in a form', () => {
  for (const [what, query, before, after, detail] of BAD) {
    it(`refuses ${what} with 422 and stores nothing`, async () => {
      const gateway = build();
      const { status, json } = await send(gateway, [...before, filePart(FILE), ...after], { query });
      assert.deepEqual([status, json.code], [422, 'invalid_option']);
      assert.match(json.detail, detail);
      assert.deepEqual([gateway.storedKeys(), gateway.publishedVideos], [[], []]);
    });
  }

  it('refuses a bad field before the file without storing a byte', async () => {
    let writes = 0;
    const onPutBytes = (put: () => Promise<void>) => {
      writes++;
      return put();
    };
    const gateway = buildGateway({ maxUploadBytes: MAX_BYTES, onPutBytes });
    const { status } = await send(gateway, [field('bitrate', '129'), filePart(FILE)]);
    assert.deepEqual([status, writes], [422, 0]);
  });

  it('refuses a field in another encoding with 415 (RFC 7578 4.7)', async () => {
    const gateway = build();
    const encoded = field('title', 'YQ==', ['Content-Transfer-Encoding: base64']);
    const { status, json } = await send(gateway, [encoded, filePart(SMALL)]);
    assert.deepEqual([status, json.code, gateway.storedKeys()], [415, 'unsupported_media_type', []]);
  });
});

describe('POST /upload with a form and an Idempotency-Key', () => {
  const key = 'a-key';

  it('answers with the same job for the same options, wherever they stand, and stores the video once', async () => {
    const gateway = build();
    const { json: first } = await send(gateway, [filePart(FILE), field('quality', '5')], { key });
    const keys = gateway.state.keys().length;
    const again = [
      await send(gateway, [filePart(FILE), field('quality', '5')], { key }),
      await send(gateway, [field('quality', '5'), filePart(SMALL)], { key }),
      await send(gateway, [filePart(SMALL)], { key, query: '?quality=5' }),
      await gateway.call('POST', '/upload?quality=5', {
        headers: { ...asOwner, 'content-type': 'video/mp4', 'idempotency-key': key },
        body: SMALL,
      }),
    ];
    for (const { status, json, headers } of again) {
      assert.deepEqual([status, json, headers.location], [202, first, `/jobs/${first.id}`]);
    }
    assert.deepEqual([gateway.state.keys().length, gateway.publishedVideos.length], [keys, 1]);
  });

  const OTHERS: [what: string, parts: Part[], status: number, code: string][] = [
    ['other options after the file', [filePart(FILE), field('quality', '6')], 422, 'idempotency_key_reused'],
    ['fewer options', [filePart(FILE)], 422, 'idempotency_key_reused'],
    ['bad options after the file', [filePart(FILE), field('quality', 'x')], 422, 'invalid_option'],
    ['a file that is too large', [filePart(mp4(MAX_BYTES + 1)), field('quality', '5')], 413, 'too_large'],
  ];
  for (const [what, parts, status, code] of OTHERS) {
    it(`refuses a repeated form with ${what}, and keeps the first job`, async () => {
      const gateway = build();
      const { json: first } = await send(gateway, [filePart(FILE), field('quality', '5')], { key });
      const reply = await send(gateway, parts, { key });
      assert.deepEqual([reply.status, reply.json.code], [status, code]);
      const { json } = await send(gateway, [filePart(FILE), field('quality', '5')], { key });
      assert.deepEqual(json, first);
      assert.equal(gateway.publishedVideos.length, 1);
    });
  }

  it('takes a key again at once whose form was refused at its end', async () => {
    const gateway = build();
    const refused = await send(gateway, [filePart(FILE), field('quality', 'x')], { key });
    assert.equal(refused.status, 422);
    const { status, json } = await send(gateway, [filePart(FILE), field('quality', '5')], { key });
    assert.equal(status, 202);
    assert.deepEqual((await gateway.jobs.get(json.id)).document.options, { quality: 5 });
  });

  it('makes no job of a repeated form whose first job is deleted while it arrives, and frees the key', async () => {
    const gateway = build();
    const { json: first } = await send(gateway, [filePart(SMALL)], { key });
    let pieces = 0;
    async function* slowly() {
      for await (const piece of inPieces(form([filePart(FILE)]), 400_000)) {
        yield piece;
        if (++pieces === 3) await gateway.call('DELETE', `/jobs/${first.id}`, { headers: asOwner });
      }
    }
    const headers = { ...asOwner, ...formType, 'idempotency-key': key };
    const reply = await gateway.call('POST', '/upload', { headers, body: slowly() });
    assert.deepEqual([reply.status, reply.json.code], [409, 'upload_in_progress']);
    assert.equal((await send(gateway, [filePart(FILE)], { key })).status, 202);
  });

  it('counts a repeated form among the uploads of its user, and never as an unfinished job', async () => {
    const uploads = { all: 10, perUser: 1 };
    const gateway = buildGateway({ limits: { uploads, activeJobs: { all: 10, perUser: 1 } } });
    const { json: first } = await send(gateway, [filePart(SMALL)], { key });
    for (let times = 0; times < 2; times++) {
      const { status, json } = await send(gateway, [filePart(SMALL)], { key });
      assert.deepEqual([status, json], [202, first]);
    }
    assert.equal((await send(gateway, [filePart(SMALL)])).status, 429);
  });
});

describe('POST /upload, for random options', () => {
  const NAMES = [
    'bitrate',
    'quality',
    'start',
    'end',
    'track',
    'title',
    'cover',
    'copy',
    'preset',
    'a',
    '',
    '%',
    '__proto__',
  ];
  const VALUES = [
    '',
    '1',
    '2',
    '9',
    '128',
    'true',
    'eng',
    'none',
    'music',
    'ü',
    '\u0000',
    '\u202e',
    '%ff',
    '"',
    "'",
    '\\',
    '0:01',
  ];

  it('answers 202 or 422, and stores nothing with 422', async () => {
    const random = randomNumbers(11);
    const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
    const statuses = new Map<number, number>();
    for (let round = 0; round < 300; round++) {
      const gateway = build();
      const fields = () => Array.from({ length: random(2) }, () => field(pick(NAMES), pick(VALUES)));
      const pairs = Array.from({ length: random(2) }, () => [pick(NAMES), pick(VALUES)] as [string, string]);
      const query = `?${random(5) === 0 ? '%ff=%&&=;' : new URLSearchParams(pairs)}`;
      const reply = await send(gateway, [...fields(), filePart(SMALL), ...fields()], { query });
      assert.ok([202, 422].includes(reply.status), `${query}: ${reply.status} ${reply.text}`);
      if (reply.status === 422) assert.deepEqual(gateway.storedKeys(), []);
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    }
    assert.ok((statuses.get(202) ?? 0) > 20 && (statuses.get(422) ?? 0) > 20, String([...statuses]));
  });
});
