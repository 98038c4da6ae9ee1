import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { looksLikeMedia, openMedia } from '../../../../services/gateway/uploads/media-signature.ts';
import { inPieces } from '../../../support/random.ts';
import { mp4 } from '../sample-uploads.ts';

const latin1 = (text: string) => Buffer.from(text.padEnd(400, '\0'), 'latin1');
const hex = (digits: string) => Buffer.concat([Buffer.from(digits, 'hex'), Buffer.alloc(400)]);
/** 400 bytes with MPEG sync bytes at the given positions. */
const sync = (...places: number[]) => Buffer.alloc(400, 0).map((_, at) => (places.includes(at) ? 0x47 : 0));

const MEDIA: [container: string, head: Uint8Array][] = [
  ['MP4', latin1('\0\0\0\x18ftypisom')],
  ['MP4 whose index comes first', latin1('\0\0\x10\0moov')],
  ['MOV of an old camera', latin1('\0\0\0\x08wide\0\0\0\0mdat')],
  ['Matroska and WebM', hex('1a45dfa3')],
  ['AVI', latin1('RIFF\0\0\0\0AVI LIST')],
  ['WAV', latin1('RIFF\0\0\0\0WAVEfmt ')],
  ['MPEG transport stream', sync(0, 188, 376)],
  ['M2TS', sync(4, 196, 388)],
  ['MPEG program stream', hex('000001ba')],
  ['MPEG video', hex('000001b3')],
  ['FLV', latin1('FLV\x01')],
  ['Ogg', latin1('OggS')],
  ['WMV', hex('3026b2758e66cf11')],
  ['FLAC', latin1('fLaC')],
  ['MP3 with a tag', latin1('ID3\x04')],
  ['MP3', hex('fffb9064')],
  ['AAC in ADTS', hex('fff15080')],
];
const OTHER: [what: string, head: Uint8Array][] = [
  ['an empty head', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(400)],
  ['text', latin1('Dear Sir or Madam')],
  ['HTML', latin1('<!doctype html>')],
  ['an ffconcat script', latin1('ffconcat version 1.0')],
  ['an HLS playlist', latin1('#EXTM3U')],
  ['a DASH manifest', latin1('<?xml version="1.0"?><MPD>')],
  ['PNG', hex('89504e470d0a1a0a')],
  ['JPEG', hex('ffd8ffe0')],
  ['WebP, which is RIFF too', latin1('RIFF\0\0\0\0WEBP')],
  ['PDF', latin1('%PDF-1.7')],
  ['ZIP', latin1('PK\x03\x04')],
  ['an ELF program', latin1('\x7fELF')],
  ['big-endian UTF-16', hex('feff0048')],
  ['a single sync byte', sync(0)],
];

describe('looksLikeMedia', () => {
  for (const [container, head] of MEDIA) {
    test(`accepts ${container}`, () => assert.ok(looksLikeMedia(Buffer.from(head))));
  }
  for (const [what, head] of OTHER) {
    test(`refuses ${what}`, () => assert.ok(!looksLikeMedia(Buffer.from(head))));
  }
});

describe('openMedia', () => {
  const { signal } = new AbortController();
  const options = { maxBytes: 10_000, signal };
  const read = async (bytes: Buffer, most: number) =>
    buffer((await openMedia(inPieces(bytes, most), options)).bytes);
  for (const most of [1, 7, 399, 400, 10_000]) {
    test(`passes on every byte when the pieces have up to ${most} bytes`, async () => {
      const bytes = mp4(10_000);
      assert.ok(bytes.equals(await read(bytes, most)));
    });
  }

  const BAD: [what: string, bytes: Buffer, code: string][] = [
    ['empty', Buffer.alloc(0), 'empty_file'],
    ['a byte too long', mp4(10_001), 'too_large'],
    ['not media, and short', Buffer.from('hi'), 'not_media'],
    ['not media, and long', Buffer.alloc(5_000, 'x'), 'not_media'],
  ];
  for (const [what, bytes, code] of BAD) {
    for (const most of [1, 10_000]) {
      test(`refuses a file that is ${what} with ${code} (pieces of up to ${most} bytes)`, async () => {
        await assert.rejects(read(bytes, most), { code });
      });
    }
  }

  test('refuses a file after its first 400 bytes, before a byte is passed on', async () => {
    let taken = 0;
    async function* endless() {
      for (;;) {
        taken += 100;
        yield Buffer.alloc(100, 'x');
      }
    }
    await assert.rejects(openMedia(endless(), options), { code: 'not_media' });
    assert.equal(taken, 400);
  });

  test('does not wait for a client that sends nothing once the signal is aborted', async () => {
    const stop = new AbortController();
    async function* silent(): AsyncGenerator<Uint8Array> {
      await new Promise(() => undefined);
    }
    const opening = openMedia(silent(), { maxBytes: 10_000, signal: stop.signal });
    const reason = new Error('the client went away');
    stop.abort(reason);
    await assert.rejects(opening, reason);
  });
});
