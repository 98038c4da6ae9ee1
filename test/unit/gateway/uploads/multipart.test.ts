import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { inPieces } from '../../../support/random.ts';
import { filePart, form, formType, mp4, part } from '../sample-uploads.ts';
import { asOwner, buildGateway, MAX_BYTES } from '../test-gateway.ts';

const FILE = mp4(20_000);
const send = (gateway: ReturnType<typeof buildGateway>, body: Buffer, headers: object = formType) =>
  gateway.call('POST', '/upload', { headers: { ...asOwner, ...headers }, body: inPieces(body, 3_000) });

describe('a form may have', () => {
  const GOOD: [what: string, body: Buffer][] = [
    ['the file alone', form([filePart(FILE)])],
    ['fields before and after the file', form([part('a', '1'), filePart(FILE), part('b', '2')])],
    ['a file without a type (RFC 7578 4.4)', form([part('file', FILE, '; filename="a.mp4"')])],
    [
      'a file of a type that is wrong',
      form([part('file', FILE, '; filename="a.mp4"', ['Content-Type: text/plain'])]),
    ],
    ['a file without a name', form([part('file', FILE, '; filename=""', ['Content-Type: video/mp4'])])],
    ['a name without quotes', form([part('file', FILE, '; filename=a.mp4')])],
    ['a file in another field as well', form([part('cover', FILE, '; filename="c.png"'), filePart(FILE)])],
    [
      'something before its first part, and after its last',
      Buffer.concat([form([filePart(FILE)]), Buffer.from('epilogue')]),
    ],
  ];
  for (const [what, body] of GOOD) {
    test(what, async () => {
      const gateway = buildGateway();
      assert.equal((await send(gateway, body)).status, 202);
      const [job] = gateway.publishedVideos;
      assert.ok(FILE.equals(await buffer(gateway.blobs.read(job?.videoBlobId ?? ''))));
    });
  }
});

describe('a form is refused, and leaves nothing, with', () => {
  const text = Buffer.from('x'.repeat(5_000));
  const noBoundary = { 'content-type': 'multipart/form-data' };
  const many = Array.from({ length: 30 }, (_, number) => part(`f${number}`, 'x'));
  const REFUSED: [what: string, body: Buffer, status: number, code: string, headers?: object][] = [
    ['no part', form([]), 400, 'bad_request'],
    ['nothing at all', Buffer.alloc(0), 400, 'bad_request'],
    ['the file in another field', form([part('video', FILE, '; filename="a.mp4"')]), 400, 'bad_request'],
    ['the file as a field', form([part('file', 'some text')]), 400, 'bad_request'],
    ['two files', form([filePart(FILE), filePart(FILE)]), 400, 'bad_request'],
    ['an empty file', form([filePart(Buffer.alloc(0))]), 400, 'empty_file'],
    ['a text', form([filePart(text)]), 415, 'not_media'],
    ['a short text', form([filePart(Buffer.from('hi'))]), 415, 'not_media'],
    ['a byte too many', form([filePart(mp4(MAX_BYTES + 1))]), 413, 'too_large'],
    ['three times too many', form([filePart(mp4(3 * MAX_BYTES))]), 413, 'too_large'],
    [
      'too many in a part that is ignored',
      form([part('x', mp4(3 * MAX_BYTES), '; filename="x"')]),
      413,
      'too_large',
    ],
    [
      'a field that is too long',
      form([part('a', Buffer.alloc(100_000, 'a')), filePart(FILE)]),
      413,
      'too_large',
    ],
    [
      'a field that is too long after the file',
      form([filePart(FILE), part('a', Buffer.alloc(100_000, 'a'))]),
      413,
      'too_large',
    ],
    ['too many fields', form([...many, filePart(FILE)]), 413, 'too_large'],
    ['no end', form([filePart(FILE)], { end: false }), 400, 'bad_request'],
    ['an end in the middle of the file', form([filePart(FILE)]).subarray(0, 9_000), 400, 'bad_request'],
    [
      'an encoding that nobody knows',
      form([part('file', FILE, '; filename="a"', ['Content-Transfer-Encoding: x'])]),
      415,
      'unsupported_media_type',
    ],
    [
      'a file in base64 (RFC 7578 4.7)',
      form([part('file', FILE.toString('base64'), '; filename="a"', ['Content-Transfer-Encoding: base64'])]),
      415,
      'unsupported_media_type',
    ],
    ['no boundary', form([filePart(FILE)]), 400, 'bad_request', noBoundary],
    [
      'another boundary',
      form([filePart(FILE)]),
      400,
      'bad_request',
      { 'content-type': 'multipart/form-data; boundary=y' },
    ],
  ];
  for (const [what, body, status, code, headers] of REFUSED) {
    test(`${what}: ${status} ${code}`, async () => {
      const gateway = buildGateway();
      const reply = await send(gateway, body, headers);
      assert.deepEqual([reply.status, reply.json?.code], [status, code]);
      assert.doesNotMatch(reply.text, /options\.|busboy/i);
      assert.deepEqual(gateway.storedKeys(), []);
      assert.deepEqual(gateway.publishedVideos, []);
    });
  }
});
