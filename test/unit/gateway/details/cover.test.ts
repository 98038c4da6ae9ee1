import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asOwner } from '../test-gateway.ts';
import { tagOf, withDetails } from './gateway-with-details.ts';

const MIB = 1024 * 1024;
const picture = (signature: string, size = 1000) =>
  Buffer.concat([Buffer.from(signature, 'hex'), Buffer.alloc(size, 9)]);

/** A frame APIC as any program may write it. */
const apic = (type: string, bytes: Buffer, { encoding = 0, description = '' } = {}) =>
  tagOf(
    'APIC',
    Buffer.concat([
      Buffer.from([encoding]),
      Buffer.from(`${type}\0\x03`, 'latin1'),
      encoding === 1 ? Buffer.from(`\ufeff${description}\0`, 'utf16le') : Buffer.from(`${description}\0`),
      bytes,
    ]),
  );

describe('GET /jobs/:id/cover', () => {
  const PICTURES: [type: string, bytes: Buffer][] = [
    ['image/jpeg', picture('ffd8ffe0')],
    ['image/png', picture('89504e470d0a1a0a', 3 * MIB)],
    ['image/gif', picture(Buffer.from('GIF89a').toString('hex'))],
    ['image/webp', picture(Buffer.from('RIFF1234WEBP').toString('hex'), 8 * MIB)],
  ];
  for (const [type, bytes] of PICTURES) {
    it(`serves ${type} with its type and its size, and with nothing active allowed`, async () => {
      const { get, sha256 } = await withDetails({ cover: { bytes, type } });
      const { status, headers, bytes: served } = await get('cover', asOwner);
      assert.equal(status, 200);
      assert.ok(served.equals(bytes));
      assert.equal(headers['content-type'], type);
      assert.equal(headers['content-length'], String(bytes.length));
      assert.equal(headers.etag, `"${sha256}"`);
      assert.equal(headers['cache-control'], 'private, no-cache');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['content-security-policy'], "default-src 'none'; sandbox");
    });
  }

  it('serves the picture of an MP3 that an earlier release has made', async () => {
    const { get } = await withDetails({
      cover: { bytes: picture('ffd8ffe0'), type: '' },
      attachment: undefined,
    });
    assert.equal((await get('cover', asOwner)).status, 200);
  });

  it('answers a HEAD with the headers alone, and 304 for its own ETag', async () => {
    const { get, sha256 } = await withDetails({ cover: { bytes: picture('ffd8ffe0'), type: '' } });
    const head = await get('cover', asOwner, 'HEAD');
    assert.deepEqual(
      [head.status, head.bytes.length, head.headers['content-type'], head.headers['content-length']],
      [200, 0, 'image/jpeg', '1004'],
    );
    const { status, bytes } = await get('cover', { ...asOwner, 'if-none-match': `"${sha256}"` });
    assert.deepEqual([status, bytes.length], [304, 0]);
  });

  it('finds the picture behind a description in UTF-16', async () => {
    const bytes = picture('ffd8ffe0');
    const { get } = await withDetails({
      id3: apic('image/jpeg', bytes, { encoding: 1, description: 'vorne Ā' }),
    });
    assert.ok((await get('cover', asOwner)).bytes.equals(bytes));
  });

  const HOSTILE: [what: string, id3: Buffer][] = [
    [
      'SVG',
      apic('image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')),
    ],
    [
      'HTML that calls itself PNG',
      apic('image/png', Buffer.from('<!doctype html><script>alert(1)</script>')),
    ],
    ['HTML without a type', apic('', Buffer.from('<html><script>alert(1)</script>'))],
    ['a link instead of a picture', apic('-->', Buffer.from('https://example.com/a.png'))],
    ['a BMP', apic('image/bmp', picture('424d'))],
    ['a PDF', apic('image/jpeg', Buffer.from('%PDF-1.7'))],
    ['XML behind a byte order mark', apic('image/jpeg', Buffer.from('\ufeff<?xml version="1.0"?>'))],
    ['no bytes at all', apic('image/jpeg', Buffer.alloc(0))],
    ['a type that is longer than what is read', apic('x'.repeat(5000), picture('ffd8ffe0'))],
    ['a picture of 20 MB', apic('image/jpeg', picture('ffd8ffe0', 20_000_000))],
    ['no picture', tagOf('TIT2', Buffer.from('\0A title'))],
    ['no tag', Buffer.alloc(0)],
  ];
  for (const [what, id3] of HOSTILE) {
    it(`answers 404 for ${what}`, async () => {
      const { get } = await withDetails({ id3 });
      const { status, json, headers } = await get('cover', asOwner);
      assert.deepEqual([status, json.code], [404, 'not_found']);
      assert.equal(headers['content-type'], 'application/problem+json');
      assert.equal((await get('details', asOwner)).json.cover, null);
    });
  }

  it('takes the type from the first bytes, whatever the tag states', async () => {
    const { get } = await withDetails({ id3: apic('text/html', picture('ffd8ffe0')) });
    assert.equal((await get('cover', asOwner)).headers['content-type'], 'image/jpeg');
  });

  it('answers 429 to a user with too many downloads', async () => {
    const { get } = await withDetails({
      cover: { bytes: picture('ffd8ffe0'), type: '' },
      limits: { downloads: { all: 10, perUser: 0 } },
    });
    for (const path of ['cover', 'details'] as const)
      assert.equal((await get(path, asOwner)).json.code, 'too_many_requests');
  });
});
