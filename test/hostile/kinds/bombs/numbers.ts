import { ID } from '../../../../services/gateway/sound/matroska/ids.ts';
import {
  cluster,
  ebmlHeader,
  element,
  info,
  matroskaFilm,
  pictureEntry,
  trackEntry,
} from '../../../support/matroska-film.ts';
import { join, mp4, soundTrack } from '../../bytes/iso.ts';
import { wave } from '../../bytes/riff.ts';
import { type Bomb, EDGES } from './bomb.ts';

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};

/** A sound track of Matroska with fields of choice. */
const matroskaSound = (rate: number, channels: number): Buffer =>
  trackEntry(
    2,
    2,
    'A_PCM/INT/LIT',
    element(ID.audio, [element(0xb5, [double(rate)]), element(0x9f, [channels]), element(ID.bitDepth, [16])]),
  );

const withTrack = (track: Buffer, time = 0): Buffer =>
  matroskaFilm({
    front: [info(), element(ID.tracks, [pictureEntry, track])],
    clusters: [
      cluster(time, [element(ID.simpleBlock, [Buffer.from([0x82, 0, 0, 0x80]), Buffer.alloc(2000, 7)])]),
    ],
  });

/** Rates, lengths, clocks and counts that nothing can have. */
export const numberBombs: readonly Bomb[] = [
  ...EDGES.flatMap((edge): Bomb[] => [
    [`WAV at ${edge} Hz`, () => wave({ rate: edge })],
    [`WAV whose data has ${edge} bytes`, () => wave({ dataSize: edge })],
    [`WAV with ${edge} bytes per second`, () => wave({ bytesPerSecond: edge })],
    [`MP4 with ${edge} units per second`, () => mp4({ timescale: edge })],
    [`MP4 of ${edge} units`, () => mp4({ duration: edge })],
    [`MP4 of ${edge} units at 1 per second`, () => mp4({ timescale: 1, duration: edge })],
    [`MP4 with ${edge} samples in stsz`, () => mp4({ sizes: join(1, edge) })],
    [`MP4 with ${edge} sizes in stsz`, () => mp4({ sizes: join(0, edge, 1, 2, 3) })],
    [`MP4 with samples of ${edge} bytes`, () => mp4({ sizes: join(edge, 8000) })],
    [`MP4 with ${edge} entries in stts`, () => mp4({ times: join(edge, 8000, 1) })],
    [
      `MP4 with ${edge} samples in an entry of stts`,
      () => mp4({ times: join(1, edge, 1), sizes: join(1, edge) }),
    ],
    [`MP4 whose samples take ${edge} units`, () => mp4({ times: join(1, 8000, edge) })],
    [`MP4 with ${edge} chunks`, () => mp4({ offsets: join(edge, 36) })],
    [`MP4 with a chunk at ${edge}`, () => mp4({ offsets: join(1, edge) })],
    [`Matroska at ${edge} Hz`, () => withTrack(matroskaSound(edge, 1))],
    [`Matroska with ${edge} channels`, () => withTrack(matroskaSound(8000, edge))],
    [
      `Matroska of ${edge} units`,
      () => matroskaFilm({ front: [info(edge), element(ID.tracks, [pictureEntry, matroskaSound(8000, 1)])] }),
    ],
    [`Matroska with units of ${edge} ns`, () => scaled(edge)],
    [`Matroska whose cluster is at ${edge}`, () => withTrack(matroskaSound(8000, 1), edge)],
  ]),
  ...[0, 255, 4096, 65_535].map((channels): Bomb => [`MP4 of ${channels} channels`, () => mp4({ channels })]),
  ...[0, 1, 7, 24, 33, 64, 65_535].map((bits): Bomb => [`WAV of ${bits} bits`, () => wave({ bits })]),
  ...[0, 1, 65_535].map(
    (blockAlign): Bomb => [`WAV with blocks of ${blockAlign} bytes`, () => wave({ blockAlign })],
  ),
  ...[0x2, 0x3, 0x11, 0x31, 0x55, 0x161, 0xff, 0xfffe, 0xffff].map(
    (tag): Bomb => [`WAV of the codec ${tag.toString(16)}`, () => wave({ tag, bits: 16 })],
  ),
  ['WAV at 1 Hz of 3 KB', () => wave({ rate: 1, data: Buffer.alloc(3000, 'abc') })],
  ['WAV at 1 Hz of 40 KB', () => wave({ rate: 1, data: Buffer.alloc(40_000, 'abc') })],
  [
    'MP4 of 1,000 tracks',
    () =>
      mp4(
        {},
        Array.from({ length: 1000 }, () => soundTrack()),
      ),
  ],
  [
    'MP4 of 20,000 tracks',
    () =>
      mp4(
        {},
        Array.from({ length: 20_000 }, () => soundTrack()),
      ),
  ],
  [
    'MP4 whose samples all are the same byte',
    () => mp4({ sizes: join(0, 60_000, Buffer.alloc(240_000, Buffer.from([0, 0, 0, 1]))) }),
  ],
  ['MP4 of an unknown codec', () => mp4({ sampleType: '\r\n<b>' })],
];

const scaled = (unit: number): Buffer => {
  const scale = element(ID.info, [element(ID.timestampScale, [unit]), element(ID.duration, [double(1000)])]);
  return matroskaFilm({
    ebml: ebmlHeader(),
    front: [scale, element(ID.tracks, [pictureEntry, matroskaSound(8000, 1)])],
  });
};
