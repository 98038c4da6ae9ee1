import { ID } from '../../../../services/gateway/sound/matroska/ids.ts';
import { ebmlHeader, element, matroskaFilm } from '../../../support/matroska-film.ts';
import { box, FTYP, join, mp4, u32 } from '../../bytes/iso.ts';
import { chunk, wave } from '../../bytes/riff.ts';
import type { Bomb } from './bomb.ts';

/** Boxes within boxes. The sizes are exact. */
function nested(type: string, depth: number): Buffer {
  const bytes = Buffer.alloc(depth * 8);
  for (let level = 0; level < depth; level++) {
    bytes.writeUInt32BE((depth - level) * 8, level * 8);
    bytes.write(type, level * 8 + 4, 'latin1');
  }
  return bytes;
}

/** Elements of EBML within each other, each of an unknown size. */
const nestedEbml = (id: Buffer, depth: number): Buffer =>
  Buffer.concat(
    Array.from({ length: depth }, () => Buffer.concat([id, Buffer.from('01ffffffffffffff', 'hex')])),
  );

const nestedLists = (depth: number): Buffer => {
  const lists = Buffer.concat(
    Array.from({ length: depth }, () => join('LIST', Buffer.from([0xff, 0xff, 0, 0]), 'INFO')),
  );
  return Buffer.concat([lists, wave()]);
};

/** Boxes that are deep, empty, endless or many. */
export const boxBombs: readonly Bomb[] = [
  ...['moov', 'udta', 'trak', 'meta', 'ilst', 'moof', 'wave', 'free'].flatMap((type): Bomb[] => [
    [`10,000 nested boxes ${type}`, () => Buffer.concat([FTYP, nested(type, 10_000)])],
    [`10,000 nested boxes ${type} before a film`, () => Buffer.concat([FTYP, nested(type, 10_000), mp4()])],
    [
      `100,000 empty boxes ${type}`,
      () => Buffer.concat([FTYP, ...Array.from({ length: 100_000 }, () => box(type)), mp4()]),
    ],
  ]),
  ['100,000 boxes of no size', () => Buffer.concat([FTYP, Buffer.alloc(800_000)])],
  [
    'boxes of the size 0 in a movie',
    () => Buffer.concat([FTYP, box('moov', ...Array.from({ length: 1000 }, () => join(0, 'trak')))]),
  ],
  ['a box of 2^63 bytes', () => Buffer.concat([FTYP, join(1, 'moov', 0x7fffffff, 0xffffffff), mp4()])],
  ['a box of 2^64−1 bytes', () => Buffer.concat([FTYP, join(1, 'mdat', 0xffffffff, 0xffffffff), mp4()])],
  ['a box smaller than its header', () => Buffer.concat([FTYP, join(3, 'moov'), mp4()])],
  ['a movie that states 4 GB', () => Buffer.concat([FTYP, u32(0xffffffff), box('moov', mp4()).subarray(4)])],
  [
    '10,000 nested segments',
    () => Buffer.concat([ebmlHeader(), nestedEbml(Buffer.from('18538067', 'hex'), 10_000)]),
  ],
  [
    '10,000 nested tags of Matroska',
    () =>
      Buffer.concat([
        ebmlHeader(),
        Buffer.from('1853806701ffffffffffffff1254c36701ffffffffffffff737301ffffffffffffff', 'hex'),
        nestedEbml(Buffer.from('67c8', 'hex'), 10_000),
      ]),
  ],
  ['10,000 nested EBML headers', () => nestedEbml(Buffer.from('1a45dfa3', 'hex'), 10_000)],
  [
    '10,000 nested chapters',
    () =>
      Buffer.concat([
        ebmlHeader(),
        Buffer.from('1853806701ffffffffffffff1043a77001ffffffffffffff45b901ffffffffffffff', 'hex'),
        nestedEbml(Buffer.from('b6', 'hex'), 10_000),
      ]),
  ],
  [
    '100,000 empty elements',
    () => matroskaFilm({ clusters: Array.from({ length: 100_000 }, () => element(ID.void, [])) }),
  ],
  [
    'an element of 2^56−2 bytes',
    () => Buffer.concat([ebmlHeader(), Buffer.from('1853806701fffffffffffffe', 'hex'), element(ID.info, [])]),
  ],
  [
    'an EBML header of 4 GB',
    () => Buffer.concat([Buffer.from('1a45dfa30100000100000000', 'hex'), Buffer.alloc(1000)]),
  ],
  [
    'codec data of 200 MB that are not there',
    () =>
      matroskaFilm({
        front: [
          element(ID.tracks, [
            element(ID.trackEntry, [
              element(ID.trackNumber, [1]),
              element(ID.trackType, [2]),
              element(ID.codecId, ['A_FLAC']),
              element(ID.codecPrivate, [Buffer.alloc(8)], 200_000_000),
            ]),
          ]),
        ],
      }),
  ],
  [
    '1,000 nested lists of RIFF',
    () => chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), nestedLists(1000)])),
  ],
  ['1,000 nested lists of AVI', () => chunk('RIFF', Buffer.concat([Buffer.from('AVI '), nestedLists(1000)]))],
  [
    '100,000 empty chunks of RIFF',
    () => wave({ before: Array.from({ length: 100_000 }, () => chunk('junk', '')) }),
  ],
  [
    '100,000 sound chunks of WAV',
    () =>
      chunk(
        'RIFF',
        Buffer.concat([
          Buffer.from('WAVE'),
          wave().subarray(12, 36),
          ...Array.from({ length: 100_000 }, () => chunk('data', 'a')),
        ]),
      ),
  ],
];
