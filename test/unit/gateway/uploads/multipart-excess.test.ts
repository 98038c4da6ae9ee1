import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ENVELOPE_BYTES } from '../../../../services/gateway/uploads/multipart-parser.ts';
import { filePart, form, formType, mp4, part } from '../sample-uploads.ts';
import { asOwner, buildGateway } from '../test-gateway.ts';

const FILE = filePart(mp4(2_000));
const BOUNDARY = '--xxBOUNDARYxx';
const DISPOSITION = `${BOUNDARY}\r\nContent-Disposition: form-data; name="file"`;
/** Far more than a form may have beside its file, and so few bytes that a parser without limits survives them. */
const EXCESS_BYTES = 400_000;

/** Yields `begin`, and then `again` many times. The form never ends, so that the gateway can answer only by refusing it. */
async function* endless(begin: Buffer | string, again: string, answered: Promise<void>) {
  yield Buffer.from(begin);
  const piece = Buffer.from(again.repeat(Math.ceil(10_000 / again.length)));
  for (let sent = 0; sent < EXCESS_BYTES; sent += piece.length) yield piece;
  await answered;
}

describe('POST /upload with an endless form', () => {
  const EXCESSES: [what: string, begin: Buffer | string, again: string, status: number][] = [
    ['an endless text before its first part', '', 'preamble\r\n', 400],
    ['an endless line after a boundary', BOUNDARY, 'x', 400],
    ['an endless header name', `${BOUNDARY}\r\n`, 'x', 400],
    ['an endless header value', `${BOUNDARY}\r\nX-Long: `, 'x', 400],
    ['an endless header over many lines', `${BOUNDARY}\r\nX-Long: a\r\n`, ' x\r\n', 400],
    ['an endless number of headers', `${BOUNDARY}\r\n`, 'A: b\r\n', 400],
    ['an endless file name', `${DISPOSITION}; filename="`, 'x', 400],
    ['an endless number of file names', DISPOSITION, '; filename="', 400],
    ['an endless number of parameters', DISPOSITION, '; a*=b', 400],
    ['an endless field', part('a', '').subarray(0, -2), 'x', 413],
    ['an endless file in another field', part('cover', '', '; filename="a"').subarray(0, -2), 'x', 413],
    ['an endless number of fields', '', part('a', '').toString(), 413],
    ['an endless number of parts without a name', '', `${BOUNDARY}\r\n\r\n\r\n`, 413],
    ['an endless number of parts with a broken header', '', `${BOUNDARY}\r\nbroken\r\n\r\nx\r\n`, 413],
    ['an endless field after the file', Buffer.concat([FILE, part('a', '').subarray(0, -2)]), 'x', 413],
    ['an endless header after the file', Buffer.concat([FILE, Buffer.from(`${BOUNDARY}\r\nA: `)]), 'x', 400],
    ['an endless number of fields after the file', FILE, part('a', '').toString(), 413],
    ['an endless number of files', FILE, FILE.toString('latin1'), 400],
    ['an endless text after its last part', form([FILE]), 'epilogue\r\n', 400],
  ];
  for (const [what, begin, again, status] of EXCESSES) {
    test(`refuses ${what} with ${status} before its end and stores nothing`, {
      timeout: 120_000,
    }, async () => {
      const gateway = buildGateway();
      const answered = Promise.withResolvers<void>();
      const body = endless(begin, again, answered.promise);
      const reply = await gateway.call('POST', '/upload', { headers: { ...asOwner, ...formType }, body });
      answered.resolve();
      const code = status === 400 ? 'bad_request' : 'too_large';
      assert.deepEqual([reply.status, reply.json?.code], [status, code]);
      assert.deepEqual(gateway.storedKeys(), []);
      assert.deepEqual(gateway.publishedVideos, []);
    });
  }
});

describe('POST /upload with a form that has more than its file', () => {
  const field = (bytes: number) => part('comment', 'x', '', Array(4).fill(`A: ${'x'.repeat(bytes / 4)}`));
  const GOOD: [what: string, body: Buffer][] = [
    ['headers of 7 KiB', form([part('file', mp4(2_000), '; filename="a"', [`A: ${'x'.repeat(7_000)}`])])],
    [
      'fields of 56 kB before and after the file',
      form([...Array(4).fill(field(7_000)), FILE, ...Array(4).fill(field(7_000))]),
    ],
    ['20 fields', form([...Array.from({ length: 20 }, () => field(100)), FILE])],
  ];
  for (const [what, body] of GOOD) {
    test(`accepts ${what}`, async () => {
      const reply = await buildGateway().call('POST', '/upload', {
        headers: { ...asOwner, ...formType },
        body,
      });
      assert.equal(reply.status, 202);
    });
  }

  test('adds up the bytes before and after the file, and refuses too many with 413', async () => {
    const half = Array(5).fill(field(ENVELOPE_BYTES / 10));
    const body = form([...half, FILE, ...half]);
    const reply = await buildGateway().call('POST', '/upload', {
      headers: { ...asOwner, ...formType },
      body,
    });
    assert.deepEqual([reply.status, reply.json?.code], [413, 'too_large']);
  });
});

describe('POST /upload, by the boundary of the form', () => {
  const send = (boundary: string, type: string) =>
    buildGateway().call('POST', '/upload', {
      headers: { ...asOwner, 'content-type': `multipart/form-data${type}` },
      body: Buffer.from(form([FILE]).toString('latin1').replaceAll('xxBOUNDARYxx', boundary), 'latin1'),
    });
  const long = (length: number) => 'b'.repeat(length);
  const BOUNDARIES: [what: string, boundary: string, type: string, status: number][] = [
    ['70 characters (RFC 2046 5.1.1)', long(70), `; boundary=${long(70)}`, 202],
    ['a quoted boundary with blanks and marks', "a b:c?'", `; boundary="a b:c?'"`, 202],
    ['a boundary behind other parameters', 'a', '; charset=utf-8; boundary=a', 202],
    ['a parameter name in capitals', 'a', '; BOUNDARY=a', 202],
    ['71 characters', long(71), `; boundary=${long(71)}`, 400],
    ['10,000 characters', long(10_000), `; boundary=${long(10_000)}`, 400],
    ['an empty boundary', '', '; boundary=', 400],
    ['a blank at the end', 'a ', '; boundary="a "', 400],
    ['a quotation mark in the boundary', 'a"b', '; boundary="a\\"b"', 400],
    ['thousands of parameters without a boundary', 'a', '; a=b'.repeat(3_000), 400],
  ];
  for (const [what, boundary, type, status] of BOUNDARIES) {
    test(`${status === 202 ? 'accepts' : 'refuses'} ${what}`, async () => {
      const reply = await send(boundary, type);
      assert.deepEqual(
        [reply.status, reply.json?.code],
        [status, status === 400 ? 'bad_request' : undefined],
      );
    });
  }
});
