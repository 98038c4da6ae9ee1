import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { removePrivateData } from '../../../../services/converter/tags/private-data.ts';

type Entry = [tag: number, value: number];
const [MAKE, MODEL, SOFTWARE, ORIENTATION, GPS, EXIF_IFD, SERIAL] = [
  0x010f, 0x0110, 0x0131, 0x0112, 0x8825, 0x8769, 0xa431,
];

/** Returns a TIFF structure with one directory, and with a second one that the first points to. */
function tiff(order: 'II' | 'MM', entries: Entry[], inner: Entry[] = []): Buffer {
  const bytes = Buffer.alloc(8 + 2 * 6 + 12 * (entries.length + inner.length + 1));
  const u16 = (value: number, at: number) =>
    order === 'II' ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const u32 = (value: number, at: number) =>
    order === 'II' ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(order, 'latin1');
  u16(42, 2);
  u32(8, 4);
  const write = (directory: Entry[], at: number) => {
    u16(directory.length, at);
    for (const [index, [tag, value]] of directory.entries()) {
      const entry = at + 2 + 12 * index;
      u16(tag, entry);
      u16(3, entry + 2);
      u32(1, entry + 4);
      if (tag === EXIF_IFD) u32(value, entry + 8);
      else u16(value, entry + 8);
    }
  };
  const innerAt = 8 + 6 + 12 * (entries.length + 1);
  write(inner.length > 0 ? [...entries, [EXIF_IFD, innerAt]] : entries, 8);
  write(inner, innerAt);
  return bytes;
}

function segment(marker: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string, 'latin1');
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(bytes.length + 2, 2);
  return Buffer.concat([head, bytes]);
}
const exif = (content: Buffer) => segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), content]));
const xmp = (content: string) => segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${content}`);

const jfif = segment(0xe0, 'JFIF\0\x01\x02\0\0\x01\0\x01\0\0');
const icc = segment(0xe2, 'ICC_PROFILE\0\x01\x01profile');
/** Coded picture with a stuffed byte, a restart marker, and two scans, as in a progressive JPEG. */
const picture = Buffer.concat([
  segment(0xdb, 'tables'),
  segment(0xda, 'scan'),
  Buffer.from([1, 0xff, 0, 2, 0xff, 0xd0, 3]),
  segment(0xda, 'scan'),
  Buffer.from([4, 0xff, 0xff, 0, 0xe1, 5]),
]);
const END = Buffer.from([0xff, 0xd9]);
const jpeg = (...segments: Buffer[]) => Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, picture, END]);

function chunk(type: string, content: Buffer | string): Buffer {
  const body = Buffer.concat([Buffer.from(type), Buffer.from(content as string, 'latin1')]);
  const bytes = Buffer.alloc(8 + body.length);
  bytes.writeUInt32BE(body.length - 4);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), bytes.length - 4);
  return bytes;
}
const png = (...chunks: Buffer[]) =>
  Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', 'head'),
    ...chunks,
    chunk('IDAT', 'data'),
    chunk('IEND', ''),
  ]);

function riffChunk(type: string, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string, 'latin1');
  const head = Buffer.alloc(8);
  head.write(type);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)]);
}
function webp(flags: number, ...chunks: Buffer[]): Buffer {
  const body = [
    riffChunk('VP8X', Buffer.from([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
    riffChunk('VP8 ', 'odd'),
    ...chunks,
  ];
  return riffChunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...body]));
}

const gps = tiff('II', [[GPS, 100]]);
const harmless = tiff('MM', [
  [SOFTWARE, 1],
  [ORIENTATION, 6],
]);
const JPEG = 'image/jpeg';
const PNG = 'image/png';

describe('removePrivateData', () => {
  const SAME: [title: string, bytes: Buffer, type: string][] = [
    ['a JPEG without metadata', jpeg(jfif, icc), JPEG],
    ['a JPEG with harmless Exif', jpeg(exif(harmless)), JPEG],
    [
      'a JPEG with harmless XMP and a comment',
      jpeg(xmp('<xmp:CreatorTool>Editor'), segment(0xfe, 'Hello')),
      JPEG,
    ],
    ['a JPEG without an end', jpeg(jfif).subarray(0, -4), JPEG],
    ['a JPEG with a trailer of zeros', Buffer.concat([jpeg(jfif), Buffer.alloc(100)]), JPEG],
    ['bytes that only begin as a JPEG', Buffer.from([0xff, 0xd8, 0xff, 1, 2]), JPEG],
    ['a PNG without metadata', png(), PNG],
    ['a PNG with harmless texts', png(chunk('tEXt', 'Software\0Editor'), chunk('eXIf', harmless)), PNG],
    ['a WebP without metadata', webp(0), 'image/webp'],
    ['a GIF', Buffer.from('GIF89a picture'), 'image/gif'],
  ];
  for (const [title, bytes, type] of SAME) {
    it(`leaves ${title} as it is, byte for byte`, () =>
      assert.deepEqual(removePrivateData(bytes, type), bytes));
  }

  const CUT: [title: string, bytes: Buffer, type: string, expected: Buffer][] = [
    ['Exif with a place', jpeg(jfif, exif(gps), icc), JPEG, jpeg(jfif, icc)],
    ['Exif with the maker', jpeg(exif(tiff('MM', [[MAKE, 1]]))), JPEG, jpeg()],
    ['Exif with the model, in little endian', jpeg(exif(tiff('II', [[MODEL, 1]]))), JPEG, jpeg()],
    [
      'Exif with a serial number in the inner directory',
      jpeg(exif(tiff('II', [[SOFTWARE, 1]], [[SERIAL, 1]]))),
      JPEG,
      jpeg(),
    ],
    ['Exif that cannot be read', jpeg(exif(Buffer.from('II*\0\xff\xff\xff\x7f', 'latin1'))), JPEG, jpeg()],
    ['XMP with a place', jpeg(xmp('<exif:GPSLatitude>52,31N')), JPEG, jpeg()],
    [
      'XMP with a model, and what else is metadata',
      jpeg(xmp('tiff:Model="X"'), exif(harmless.subarray(0, 30)), segment(0xfe, 'x')),
      JPEG,
      jpeg(),
    ],
    [
      'IPTC with a city',
      jpeg(segment(0xed, 'Photoshop 3.0\x008BIM\x04\x04\0\0\0\x09\x1c\x02\x5a\0\x04Bonn')),
      JPEG,
      jpeg(),
    ],
    [
      'previews behind the picture',
      Buffer.concat([jpeg(segment(0xe2, 'MPF\0index'), icc), jpeg(exif(gps))]),
      JPEG,
      jpeg(icc),
    ],
    [
      'a block of the phone’s maker behind the picture',
      Buffer.concat([jpeg(jfif), Buffer.from('MCC_Data310SEFHe\0SEFT')]),
      JPEG,
      jpeg(jfif),
    ],
    ['eXIf of a PNG', png(chunk('eXIf', gps)), PNG, png()],
    ['XMP of a PNG', png(chunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0<exif:GPSLongitude>')), PNG, png()],
    [
      'compressed XMP of a PNG',
      png(
        chunk(
          'iTXt',
          Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'), deflateSync('tiff:Make="X"')]),
        ),
      ),
      PNG,
      png(),
    ],
    [
      'a compressed text of a PNG',
      png(chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync('exif:GPSLatitude')]))),
      PNG,
      png(),
    ],
    ['Exif as text, as ImageMagick writes it', png(chunk('zTXt', 'Raw profile type exif\0\0x')), PNG, png()],
    ['what follows a PNG', Buffer.concat([png(), Buffer.from('trailer')]), PNG, png()],
    [
      'EXIF and XMP of a WebP',
      webp(0x1c, riffChunk('EXIF', gps), riffChunk('XMP ', 'x')),
      'image/webp',
      webp(0x10),
    ],
    ['XMP of a WebP', webp(0x04, riffChunk('XMP ', '<tiff:Make>')), 'image/webp', webp(0)],
  ];
  for (const [title, bytes, type, expected] of CUT) {
    it(`cuts out ${title}`, () => assert.deepEqual(removePrivateData(bytes, type), expected));
  }

  it('keeps the orientation of a JPEG whose Exif it cuts out', () => {
    for (const order of ['II', 'MM'] as const) {
      const cleaned = removePrivateData(
        jpeg(
          jfif,
          exif(
            tiff(order, [
              [ORIENTATION, 6],
              [MAKE, 1],
            ]),
          ),
        ),
        JPEG,
      );
      const kept = exif(Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex'));
      assert.deepEqual(cleaned, jpeg(kept, jfif));
    }
  });

  it('refuses a picture that may be private and cannot be read', () => {
    for (const [bytes, type] of [
      [Buffer.from('\xff\xd8\xffbroken Exif\0\0', 'latin1'), JPEG],
      [png(chunk('eXIf', gps)).subarray(0, -20), PNG],
      [Buffer.from('GIF89a XMP DataXMP<exif:GPSLatitude>'), 'image/gif'],
    ] as const) {
      assert.equal(removePrivateData(bytes, type), undefined);
    }
  });

  it('reads a directory that contains itself', () => {
    const loop = Buffer.from(tiff('II', [[EXIF_IFD, 8]]));
    loop.writeUInt32LE(8, 22);
    const picture = jpeg(exif(loop));
    assert.deepEqual(removePrivateData(picture, JPEG), picture);
  });

  it('reads 8 MiB of fill bytes', () => {
    const picture = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(8 * 1024 * 1024, 0xff)]);
    assert.deepEqual(removePrivateData(picture, JPEG), picture);
  });

  it('does not look at a text that inflates into more than 1 MiB', () => {
    const withText = (bytes: number) => {
      const text = Buffer.concat([Buffer.from('exif:GPSLatitude='), Buffer.alloc(bytes)]);
      return png(chunk('zTXt', Buffer.concat([Buffer.from('x\0\0'), deflateSync(text)])));
    };
    const [small, large] = [withText(1024), withText(64 * 1024 * 1024)];
    assert.notDeepEqual(removePrivateData(small, PNG), small);
    assert.deepEqual(removePrivateData(large, PNG), large);
  });
});
