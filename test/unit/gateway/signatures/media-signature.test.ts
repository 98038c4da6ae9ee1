import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { looksLikeMedia } from '../../../../services/gateway/signatures/media-signature.ts';
import { randomBytes } from '../../../support/random.ts';
import { box, framesOf, mpegFrames, noise, tsPackets } from '../uploads/sample-streams.ts';

const latin1 = (text: string) => Buffer.from(text.padEnd(400, '\0'), 'latin1');
const hex = (digits: string, length = 400) =>
  Buffer.concat([Buffer.from(digits, 'hex'), Buffer.alloc(length)]);
/** 400 bytes with MPEG sync bytes at the given positions. */
const sync = (...places: number[]) => Buffer.alloc(400, 0).map((_, at) => (places.includes(at) ? 0x47 : 0));
const after = (length: number, media: Buffer) => Buffer.concat([noise(length), media]);
const mxf = Buffer.concat([Buffer.from('060e2b34020501010d01020101020400', 'hex'), noise(300)]);
const pack = Buffer.concat([Buffer.from('000001ba440004000401014343f8', 'hex')]);
const pes = (stream: number, length: number) =>
  Buffer.concat([Buffer.from([0, 0, 1, stream, length >> 8, length & 255]), noise(length)]);
const programStream = Buffer.concat([
  pack,
  pes(0xe0, 2000),
  pes(0xc0, 500),
  pack,
  pes(0xe0, 2000),
  pes(0xe0, 9),
]);
const dif = (sequence: number) =>
  Buffer.concat([
    ...['1f%00', '3f%00', '3f%01', '56%00'].map((block) =>
      Buffer.concat([Buffer.from(block.replace('%', `${sequence}7`), 'hex'), Buffer.alloc(77, 0xff)]),
    ),
    noise(11_680),
  ]);
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
const ac3 = framesOf('0b770d0c1440', 768, 6);

const BY_SIGNATURE: [container: string, head: Uint8Array][] = [
  ['MP4', latin1('\0\0\0\x18ftypisom')],
  ['MP4 whose index comes first', latin1('\0\0\x10\0moov')],
  ['MOV of an old camera', latin1('\0\0\0\x08wide\0\0\0\0mdat')],
  ['Matroska and WebM', hex('1a45dfa3')],
  ['AVI', latin1('RIFF\0\0\0\0AVI LIST')],
  ['AMV', latin1('RIFF\0\0\0\0AMV LIST')],
  ['WAV', latin1('RIFF\0\0\0\0WAVEfmt ')],
  ['a big-endian WAV', latin1('RIFX\0\0\0\0WAVEfmt ')],
  ['RF64', latin1('RF64\xff\xff\xff\xffWAVEds64')],
  ['BW64', latin1('BW64\xff\xff\xff\xffWAVEds64')],
  ['Wave64', hex('726966662e91cf11a5d628db04c10000')],
  ['MPEG transport stream', sync(0, 188, 376)],
  ['M2TS', sync(4, 196, 388)],
  ['MPEG program stream', hex('000001ba')],
  ['MPEG video', hex('000001b3')],
  ['MXF', mxf],
  ['DV at 60 fields', hex('1f07003f')],
  ['DV at 50 fields', hex('1f0700bf')],
  ['FLV', latin1('FLV\x01')],
  ['Ogg', latin1('OggS')],
  ['WMV', hex('3026b2758e66cf11')],
  ['RealMedia', latin1('.RMF\0\0\0\x12')],
  ['RealAudio', latin1('.ra\xfd\0\x04')],
  ['FLAC', latin1('fLaC')],
  ['AIFF', latin1('FORM\0\0\0\0AIFFCOMM')],
  ['AIFF-C', latin1('FORM\0\0\0\0AIFCFVER')],
  ['CAF', latin1('caff\0\x01\0\0desc')],
  ['AU', latin1('.snd\0\0\0\x20')],
  ['AMR', latin1('#!AMR\n')],
  ['AMR wideband', latin1('#!AMR-WB\n')],
  ['WavPack', latin1('wvpk')],
  ['TTA', latin1('TTA1\x01\0')],
  ['DTS', hex('7ffe8001')],
  ['DTS with swapped bytes', hex('fe7f0180')],
  ['DTS in words of 14 bits', hex('1fffe800')],
  ['DTS in swapped words of 14 bits', hex('ff1f00e8')],
  ['DTS-HD', latin1('DTSHDHDR')],
  ['TrueHD', hex('8037ffd8f8726fba')],
  ['MP3 with a tag', latin1('ID3\x04')],
];

const BY_FRAMES: [stream: string, head: Buffer][] = [
  ['MP3', mpegFrames(3)],
  ['MP3 of one frame', mpegFrames(1)],
  ['MP3 of MPEG-2 at 24 kHz', framesOf('fff384c4', 192, 5)],
  ['MP3 of MPEG-2.5 at 8 kHz', framesOf('ffe318c4', 72, 5)],
  ['MPEG audio layer II', framesOf('fffda444', 576, 5)],
  ['MPEG audio layer I', framesOf('ffff9044', 312, 5)],
  ['AAC in ADTS', framesOf('fff15080201ffc', 256, 5)],
  ['AAC in LOAS', framesOf('56e0fd', 256, 5)],
  ['AC-3', ac3],
  ['AC-3 with swapped bytes', swapped(ac3)],
  ['E-AC-3', framesOf('0b77017f3f80', 768, 5)],
];

const ISO_TYPES = [
  'ftyp',
  'styp',
  'moov',
  'moof',
  'mdat',
  'sidx',
  'ssix',
  'emsg',
  'prft',
  'pdin',
  'uuid',
  'free',
  'skip',
  'udta',
  'meta',
  'mfra',
  'pnot',
  'junk',
];

describe('looksLikeMedia', () => {
  for (const [container, head] of BY_SIGNATURE) {
    it(`accepts ${container} by its signature`, () => assert.ok(looksLikeMedia(Buffer.from(head))));
  }
  for (const [stream, head] of BY_FRAMES) {
    it(`accepts ${stream} by its frames`, () => assert.ok(looksLikeMedia(head)));
  }

  for (const type of ISO_TYPES) {
    for (const sizeAs of ['short', 'long', 'open'] as const) {
      it(`accepts a file of the ISO family that begins with ${type} of ${sizeAs} size`, () => {
        assert.ok(looksLikeMedia(box(type, noise(40), sizeAs)));
      });
    }
  }
  it('accepts a file of the ISO family that begins with boxes of unknown types', () => {
    const unknown = [box('abcd', noise(33)), box('©xyz', noise(2000), 'long')];
    assert.ok(looksLikeMedia(Buffer.concat([...unknown, box('ftyp')])));
  });
});

describe('looksLikeMedia › media that begins in the middle', () => {
  const FORMS: [form: string, before: number, after: number][] = [
    ['188 bytes', 0, 0],
    ['192 bytes', 4, 0],
    ['204 bytes', 0, 16],
  ];
  for (const [form, before, after] of FORMS) {
    it(`accepts a transport stream with packets of ${form} from any byte of a packet on`, () => {
      const stream = tsPackets(7, { before, after });
      for (let cut = 0; cut < 188 + before + after; cut += 1) {
        assert.ok(looksLikeMedia(stream.subarray(cut)), `cut ${cut}`);
      }
    });
  }

  for (const [stream, head] of BY_FRAMES.filter(([, head]) => head.length > 417)) {
    for (const cut of [1, 50, 70]) {
      it(`accepts ${stream} without its first ${cut} bytes`, () => {
        assert.ok(looksLikeMedia(Buffer.concat([head.subarray(cut), head, head])));
      });
    }
  }

  const OTHERS: [what: string, head: Buffer][] = [
    ['a program stream that begins inside a packet', programStream.subarray(100)],
    ['a program stream that begins with a packet', programStream.subarray(pack.length)],
    ['a program stream after zeros', Buffer.concat([Buffer.alloc(3000), programStream])],
    ['DV that begins inside a frame', Buffer.concat([noise(5000), dif(4), dif(5)])],
    ['DTS that begins inside a frame', after(700, framesOf('7ffe8001fc3c', 1006, 3))],
    ['TrueHD that begins inside a frame', after(100, framesOf('8037ffd8f8726fba', 500, 3))],
    ['MXF with a run-in of 1 byte', after(1, mxf)],
    ['MXF with a run-in of text', Buffer.concat([Buffer.alloc(12_345, 'run-in '), mxf])],
    ['MXF with the longest run-in', after(65_535, mxf)],
    [
      'a transport stream after the header of an HTTP response',
      Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), tsPackets(9)]),
    ],
  ];
  for (const [what, head] of OTHERS) it(`accepts ${what}`, () => assert.ok(looksLikeMedia(head)));
});

describe('looksLikeMedia › padding before audio frames', () => {
  const tagged = Buffer.concat([Buffer.from('49443303000000000a', 'hex'), Buffer.alloc(11), mpegFrames(5)]);
  for (const fill of ['\0', ' ', '\xff']) {
    for (const length of [1, 2, 3, 511, 5000]) {
      const padding = Buffer.alloc(length, fill, 'latin1');
      for (const [what, media] of [
        ['an MP3', mpegFrames(5)],
        ['a tagged MP3', tagged],
        ['AC-3', ac3],
      ] as const) {
        it(`accepts ${what} after ${length} bytes ${JSON.stringify(fill)}`, () => {
          assert.ok(looksLikeMedia(Buffer.concat([padding, media])));
        });
      }
    }
  }
});

describe('looksLikeMedia › other files', () => {
  const utf16 = (text: string) => Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from(text, 'utf16le')]);
  const OTHER: [what: string, head: Uint8Array][] = [
    ['an empty head', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(400)],
    ['many zeros', Buffer.alloc(70_000)],
    ['bytes 0xFF', Buffer.alloc(70_000, 0xff)],
    ['spaces', Buffer.alloc(70_000, ' ')],
    ['text', latin1('Dear Sir or Madam')],
    ['long text', Buffer.alloc(70_000, 'Dear Sir or Madam, ')],
    ['text with the name of a box', Buffer.from('The free bus leaves at ten. '.repeat(40))],
    ['text that begins with ID3', Buffer.from('ID3 tags are read by players. '.repeat(40))],
    ['text in cp1251', Buffer.alloc(5000, Buffer.from('d4e8ebfc2c20f4f8ff', 'hex'))],
    ['a table with G in each row', Buffer.from('G;12;34\n'.repeat(1000))],
    ['letters G', Buffer.alloc(5000, 'G')],
    ['HTML', latin1('<!doctype html>')],
    ['HTML after line ends', Buffer.from(`   \n\n${'<p>HTML</p>\n'.repeat(200)}`)],
    ['an ffconcat script', latin1('ffconcat version 1.0')],
    ['an HLS playlist', latin1('#EXTM3U')],
    ['a DASH manifest', latin1('<?xml version="1.0"?><MPD>')],
    ['an SDP session', Buffer.from('v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nm=audio 9 RTP/AVP 0\r\n')],
    ['subtitles (SRT)', Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nHello\n\n'.repeat(50))],
    ['subtitles (WebVTT)', Buffer.from('WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n')],
    ['JSON', Buffer.from(JSON.stringify({ file: 'x'.repeat(900) }))],
    ['PNG', hex('89504e470d0a1a0a')],
    ['JPEG', hex('ffd8ffe0')],
    ['GIF', latin1('GIF89a')],
    ['WebP, which is RIFF too', latin1('RIFF\0\0\0\0WEBP')],
    ['an IFF picture, which is FORM too', latin1('FORM\0\0\0\0ILBM')],
    ['PDF', latin1('%PDF-1.7')],
    ['ZIP', latin1('PK\x03\x04')],
    ['a ZIP with an MP3 in it', Buffer.concat([latin1('PK\x03\x04'), mpegFrames(99)])],
    ['an ELF program', latin1('\x7fELF')],
    ['a database', Buffer.concat([latin1('SQLite format 3'), mpegFrames(99)])],
    ['gzip', Buffer.concat([Buffer.from('1f8b0800', 'hex'), mpegFrames(99)])],
    ['big-endian UTF-16', hex('feff0048')],
    ['little-endian UTF-16', utf16('Hello, this is no MP3.')],
    ['long little-endian UTF-16', utf16('Hello, this is no MP3. '.repeat(500))],
    ['a single sync byte', sync(0)],
    ['a box of an impossible size', box('ftyp').fill(7, 3, 4)],
    [
      'three packets of a transport stream in other bytes',
      after(100, Buffer.concat([tsPackets(3), noise(2000)])),
    ],
    ['three frames of an MP3 in other bytes', after(100, Buffer.concat([mpegFrames(3), noise(3000)]))],
  ];
  for (const [what, head] of OTHER) {
    it(`refuses ${what}`, () => assert.ok(!looksLikeMedia(Buffer.from(head))));
  }

  // Measured with other bytes: none of 20,000 files of 64 KiB, none of 400,000 of 1,000 bytes, 2 of 400,000 of 100 bytes.
  it('refuses random bytes', () => {
    const found = [];
    for (let seed = 1; seed <= 255; seed += 1) {
      for (const length of [66_048, 1000, 50]) {
        if (looksLikeMedia(randomBytes(length, seed))) found.push([seed, length]);
      }
    }
    assert.deepEqual(found, []);
  });
});
