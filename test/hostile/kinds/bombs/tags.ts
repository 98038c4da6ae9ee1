import { ID } from '../../../../services/gateway/sound/matroska/ids.ts';
import { element, info, matroskaFilm, pictureEntry, soundEntry } from '../../../support/matroska-film.ts';
import { frame, id3, picture, text } from '../../bytes/id3.ts';
import { box, fullBox, join, mp4 } from '../../bytes/iso.ts';
import { chunk, wave } from '../../bytes/riff.ts';
import type { Bomb } from './bomb.ts';

const MB = 1_000_000;
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** The head of a PNG of 2^31−1 by 2^31−1 pixels. */
const hugePng = join(
  PNG,
  0x7fffffff,
  0x7fffffff,
  Buffer.from([8, 6, 0, 0, 0]),
  0,
  0,
  'IDAT',
  0,
  0,
  'IEND',
  0,
);
/** The head of a JPEG of 65,535 by 65,535 pixels. */
const hugeJpeg = Buffer.from(
  'ffd8ffc0001108ffffffff03012200021101031101ffda000c03010002110311003f00ffd9',
  'hex',
);
const HUGE = {
  'image/png': hugePng,
  'image/jpeg': hugeJpeg,
  'image/gif': Buffer.from('GIF89a\xff\xff\xff\xff\0\0\0', 'latin1'),
  'image/webp': Buffer.from(
    'RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff',
    'latin1',
  ),
};

/** The tag is made for this one file, so that a worker does not keep all of them in memory. */
const before =
  (tag: () => Buffer): Bomb[1] =>
  async ({ film }) =>
    Buffer.concat([tag(), await film('mp3/mp3')]);

const simpleTag = (name: string, value: string | Buffer) =>
  element(ID.simpleTag, [element(ID.tagName, [name]), element(0x4487, [value])]);
const matroskaTags = (count: number, size: number): Buffer =>
  matroskaFilm({
    front: [
      info(),
      element(ID.tracks, [pictureEntry, soundEntry]),
      element(ID.tags, [
        element(
          ID.tag,
          Array.from({ length: count }, (_, n) => simpleTag(`NAME${n}`, 'x'.repeat(size))),
        ),
      ]),
    ],
  });

const chapter = (number: number): Buffer =>
  element(0xb6, [
    element(0x73c4, [number + 1]),
    element(0x91, [number]),
    element(0x80, [element(0x85, [`Chapter ${number}`])]),
  ]);
const matroskaChapters = (count: number): Buffer =>
  matroskaFilm({
    front: [
      info(),
      element(ID.tracks, [pictureEntry, soundEntry]),
      element(ID.chapters, [
        element(
          0x45b9,
          Array.from({ length: count }, (_, n) => chapter(n)),
        ),
      ]),
    ],
  });

/** Texts in which something may be hidden that a reader takes for an end, a key or markup. */
const TEXTS = [
  '\0'.repeat(1000),
  '\n[FORMAT]\nfilename=/etc/passwd\n',
  '%s%n%x',
  '<script>alert(1)</script>',
  '\x1b[31m',
  '‮gpj.exe',
  '../../etc/passwd',
  '$etag',
  '{"$concat":["a","b"]}',
  'Stream #0:0: Audio: mp3',
  "';DROP TABLE users;--",
];

/** An MP4 with these items in its list of tags, as iTunes writes them. */
const mp4WithTags = (items: Buffer[]) => {
  const list = box('ilst', Buffer.concat(items));
  return mp4({ more: [box('udta', fullBox('meta', fullBox('hdlr', 0, 'mdir', 'appl', 0, 0), list))] });
};

/** Tags, covers and chapters that are huge or many. */
export const tagBombs: readonly Bomb[] = [
  ['ID3 tag of 20 MB', before(() => id3([frame('PRIV', Buffer.alloc(20 * MB))]))],
  ['ID3 title of 10 MB', before(() => id3([text('TIT2', 'x'.repeat(10 * MB))]))],
  [
    '100,000 texts of ID3',
    before(() => id3(Array.from({ length: 100_000 }, (_, n) => text('TXXX', `name${n}\0value`)))),
  ],
  [
    '1,000 covers of ID3',
    before(() => id3(Array.from({ length: 1000 }, () => picture('image/png', hugePng)))),
  ],
  [
    '5,000 chapters of ID3',
    before(() =>
      id3(Array.from({ length: 5000 }, (_, n) => frame('CHAP', join(`c${n}\0`, n, n + 1, -1, -1)))),
    ),
  ],
  ['ID3 tag that states 256 MB', before(() => id3([], 0x0fffffff))],
  ['ID3 frame that states 4 GB', before(() => id3([frame('TIT2', Buffer.alloc(10), 0xffffffff)]))],
  [
    '1,000 ID3 tags',
    before(() => Buffer.concat(Array.from({ length: 1000 }, () => id3([text('TIT2', 'x')])))),
  ],
  [
    'compressed frame of ID3',
    before(() =>
      id3([
        Buffer.concat([Buffer.from('TIT2\0\0\0\x10\0\x80', 'latin1'), join(0xffffffff), Buffer.alloc(12)]),
      ]),
    ),
  ],
  ...Object.entries(HUGE).flatMap(([mime, bytes]): Bomb[] => [
    [`cover of ${mime} with huge dimensions`, before(() => id3([picture(mime, bytes)]))],
    [
      `cover of MP4 (${mime}) with huge dimensions`,
      () => mp4WithTags([box('covr', box('data', 14, 0, bytes))]),
    ],
  ]),
  [
    'cover of 20 MB',
    before(() => id3([picture('image/png', Buffer.concat([hugePng, Buffer.alloc(20 * MB)]))])),
  ],
  ['Matroska with 50,000 tags', () => matroskaTags(50_000, 10)],
  ['Matroska with a tag of 15 MB', () => matroskaTags(1, 15 * MB)],
  ['Matroska with 5,000 chapters', () => matroskaChapters(5000)],
  ['Matroska with 50,000 chapters', () => matroskaChapters(50_000)],
  [
    'MP4 with 50,000 tags',
    () => mp4WithTags(Array.from({ length: 50_000 }, () => box('©nam', box('data', 1, 0, 'title')))),
  ],
  [
    'MP4 with a chapter list of 255 without texts',
    () => mp4({ more: [box('udta', box('chpl', 0x01000000, 0, Buffer.from([255])))] }),
  ],
  ['WAV with a bext of 10 MB', () => wave({ before: [chunk('bext', Buffer.alloc(10 * MB, 'a'))] })],
  ...TEXTS.map(
    (value, index): Bomb => [
      `strange text ${index} in ID3`,
      before(() =>
        id3([
          text('TIT2', value),
          text('TPE1', value),
          text('TXXX', `${value}\0${value}`),
          picture(value.slice(0, 60), value),
        ]),
      ),
    ],
  ),
  ...TEXTS.map(
    (value, index): Bomb => [
      `strange text ${index} in Matroska`,
      () =>
        matroskaFilm({
          front: [
            info(),
            element(ID.tracks, [pictureEntry, soundEntry]),
            element(ID.tags, [element(ID.tag, [simpleTag('TITLE', value), simpleTag(value, value)])]),
          ],
        }),
    ],
  ),
];
