import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { inPieces } from '../../../support/random.ts';
import { filePart, form, formType, mp4, part } from '../sample-uploads.ts';
import { asOwner, buildGateway, MAX_BYTES } from '../test-gateway.ts';

const FILE = mp4(20_000);
const send = (gateway: ReturnType<typeof buildGateway>, body: Buffer, headers: object = formType) =>
  gateway.call('POST', '/upload', { headers: { ...asOwner, ...headers }, body: inPieces(body, 3_000) });

describe('POST /upload with a form', () => {
  const GOOD: [what: string, body: Buffer][] = [
    ['only the file', form([filePart(FILE)])],
    ['fields before and after the file', form([part('quality', '1'), filePart(FILE), part('channels', '2')])],
    ['a file without a type (RFC 7578 4.4)', form([part('file', FILE, '; filename="a.mp4"')])],
    [
      'a file with a wrong type',
      form([part('file', FILE, '; filename="a.mp4"', ['Content-Type: text/plain'])]),
    ],
    ['a file without a name', form([part('file', FILE, '; filename=""', ['Content-Type: video/mp4'])])],
    ['a file name without quotes', form([part('file', FILE, '; filename=a.mp4')])],
    ['an empty file in another field', form([part('cover', '', '; filename=""'), filePart(FILE)])],
    ['text after the last boundary', Buffer.concat([form([filePart(FILE)]), Buffer.from('epilogue')])],
  ];
  for (const [what, body] of GOOD) {
    test(`accepts ${what}`, async () => {
      const gateway = buildGateway();
      assert.equal((await send(gateway, body)).status, 202);
      const [job] = gateway.publishedVideos;
      assert.ok(FILE.equals(await buffer(gateway.blobs.read(job?.videoBlobId ?? ''))));
    });
  }
});

describe('POST /upload with a bad form', () => {
  const text = Buffer.from('x'.repeat(5_000));
  const noBoundary = { 'content-type': 'multipart/form-data' };
  const many = Array.from({ length: 30 }, (_, number) => part(`f${number}`, 'x'));
  const REFUSED: [what: string, body: Buffer, status: number, code: string, headers?: object][] = [
    ['no parts', form([]), 400, 'bad_request'],
    ['an empty body', Buffer.alloc(0), 400, 'bad_request'],
    ['the file in another field', form([part('video', FILE, '; filename="a.mp4"')]), 400, 'bad_request'],
    ['the file as a field', form([part('file', 'some text')]), 400, 'bad_request'],
    ['two files', form([filePart(FILE), filePart(FILE)]), 400, 'bad_request'],
    [
      'another file in the field of an option',
      form([part('cover', FILE, '; filename="c.png"'), filePart(FILE)]),
      422,
      'invalid_option',
    ],
    [
      'another file behind the file',
      form([filePart(FILE), part('extra', FILE, '; filename="c.png"')]),
      422,
      'invalid_option',
    ],
    ['an empty file', form([filePart(Buffer.alloc(0))]), 400, 'empty_file'],
    ['text as its file', form([filePart(text)]), 415, 'not_media'],
    ['a short text as its file', form([filePart(Buffer.from('hi'))]), 415, 'not_media'],
    ['a file that is one byte too large', form([filePart(mp4(MAX_BYTES + 1))]), 413, 'too_large'],
    ['a file that is three times too large', form([filePart(mp4(3 * MAX_BYTES))]), 413, 'too_large'],
    [
      'an ignored part that is too large',
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
    ['no last boundary', form([filePart(FILE)], { end: false }), 400, 'bad_request'],
    ['a file that is cut off', form([filePart(FILE)]).subarray(0, 9_000), 400, 'bad_request'],
    [
      'an unknown transfer encoding',
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
    ['no boundary in its Content-Type', form([filePart(FILE)]), 400, 'bad_request', noBoundary],
    [
      'another boundary than in its Content-Type',
      form([filePart(FILE)]),
      400,
      'bad_request',
      { 'content-type': 'multipart/form-data; boundary=y' },
    ],
  ];
  for (const [what, body, status, code, headers] of REFUSED) {
    test(`refuses a form with ${what} with ${status} ${code} and stores nothing`, async () => {
      const gateway = buildGateway();
      const reply = await send(gateway, body, headers);
      assert.deepEqual([reply.status, reply.json?.code], [status, code]);
      assert.doesNotMatch(reply.text, /options\.|busboy/i);
      assert.deepEqual(gateway.storedKeys(), []);
      assert.deepEqual(gateway.publishedVideos, []);
    });
  }
});
