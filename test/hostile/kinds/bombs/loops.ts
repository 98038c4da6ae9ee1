import { ID } from '../../../../services/gateway/sound/matroska/ids.ts';
import {
  cluster,
  element,
  info,
  matroskaFilm,
  pictureEntry,
  seconds,
  soundEntry,
} from '../../../support/matroska-film.ts';
import { repairChecksums } from '../../bytes/ogg.ts';
import type { Bomb } from './bomb.ts';

const tracks = element(ID.tracks, [pictureEntry, soundEntry]);
const seekTo = (id: number, position: number): Buffer => {
  const name = Buffer.alloc(4);
  name.writeUInt32BE(id);
  return element(ID.seek, [element(ID.seekId, [name]), element(ID.seekPosition, [position])]);
};
const cue = (time: number, position: number): Buffer =>
  element(0xbb, [element(0xb3, [time]), element(0xb7, [element(0xf7, [2]), element(0xf1, [position])])]);

/** Parts of a file that point at themselves, at each other, or backwards. */
export const loopBombs: readonly Bomb[] = [
  [
    'seek head that points at itself',
    () =>
      matroskaFilm({
        front: [element(ID.seekHead, [seekTo(ID.seekHead, 0), seekTo(ID.seekHead, 0)]), info(), tracks],
      }),
  ],
  [
    '1,000 entries of a seek head that point at the start',
    () =>
      matroskaFilm({
        front: [
          element(
            ID.seekHead,
            Array.from({ length: 1000 }, () => seekTo(ID.cues, 0)),
          ),
          info(),
          tracks,
        ],
      }),
  ],
  [
    'seek head that points at tags behind the end',
    () => matroskaFilm({ front: [element(ID.seekHead, [seekTo(ID.tags, 0xffffffff)]), info(), tracks] }),
  ],
  [
    'cues that point at themselves',
    () =>
      matroskaFilm({
        front: [
          element(
            ID.cues,
            Array.from({ length: 1000 }, (_, n) => cue(n, 0)),
          ),
          info(),
          tracks,
        ],
      }),
  ],
  [
    'clusters that go back in time',
    () => matroskaFilm({ clusters: [...seconds(3), cluster(0, []), ...seconds(3).toReversed()] }),
  ],
  [
    'the same segment 500 times',
    () => Buffer.concat(Array.from({ length: 500 }, () => matroskaFilm({ clusters: seconds(1) }))),
  ],
  ['Ogg with the same page for ever', async ({ film }) => repeated(await film('ogg/vorbis'), 3000)],
  ['Ogg that is chained 300 times', async ({ film }) => Buffer.concat(await chained(film('ogg/opus'), 300))],
  [
    'Ogg whose pages have all serial numbers',
    async ({ film }) => manySerials(await film('ogg/vorbis'), 2000),
  ],
  ['Ogg whose times go back', async ({ film }) => backwards(await film('ogg/vorbis'))],
  ['transport stream whose packets all are tables', async ({ film }) => tables(await film('ts/aac'), 5000)],
  [
    'FLAC that ends in its own start 200 times',
    async ({ film }) => Buffer.concat(await chained(film('flac/flac'), 200)),
  ],
  ['MP3 that is appended 200 times', async ({ film }) => Buffer.concat(await chained(film('mp3/mp3'), 200))],
  ['MP4 that is appended 200 times', async ({ film }) => Buffer.concat(await chained(film('mp4/aac'), 200))],
  [
    'fragments that all have the same time',
    async ({ film }) => fragments(await film('fragmented mp4/aac'), 300),
  ],
];

const chained = async (film: Promise<Buffer>, count: number): Promise<Buffer[]> => {
  const bytes = await film;
  return Array.from({ length: count }, () => bytes);
};

function repeated(ogg: Buffer, count: number): Buffer {
  const last = ogg.subarray(ogg.lastIndexOf('OggS'));
  return Buffer.concat([ogg, ...Array.from({ length: count }, () => last)]);
}

function manySerials(ogg: Buffer, count: number): Buffer {
  const first = ogg.subarray(0, ogg.indexOf('OggS', 4));
  const pages = Array.from({ length: count }, (_, serial) => {
    const page = Buffer.from(first);
    page.writeUInt32LE(serial, 14);
    return page;
  });
  return repairChecksums(Buffer.concat([...pages, ogg]));
}

function backwards(ogg: Buffer): Buffer {
  const copy = Buffer.from(ogg);
  let time = 1_000_000_000;
  for (let at = copy.indexOf('OggS', 100); at >= 0; at = copy.indexOf('OggS', at + 4)) {
    copy.writeBigInt64LE(BigInt(time), at + 6);
    time -= 100_000_000;
  }
  return repairChecksums(copy);
}

function tables(stream: Buffer, count: number): Buffer {
  const head = stream.subarray(0, 188 * 3);
  return Buffer.concat([...Array.from({ length: count }, () => head), stream]);
}

function fragments(mp4: Buffer, count: number): Buffer {
  const from = mp4.indexOf('moof') - 4;
  const next = mp4.indexOf('moof', from + 8) - 4;
  const part = mp4.subarray(from, next > from ? next : mp4.length);
  return Buffer.concat([mp4.subarray(0, from), ...Array.from({ length: count }, () => part)]);
}
