import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { ID } from '../../../../services/gateway/sound/matroska/ids.ts';
import { element, info, matroskaFilm, pictureEntry, trackEntry } from '../../../support/matroska-film.ts';
import { box, FTYP, fullBox, join, mp4 } from '../../bytes/iso.ts';
import { wave } from '../../bytes/riff.ts';
import type { Bomb } from './bomb.ts';

const MB = 1_000_000;
const ZEROS = 50 * MB;
const zeros = (): Buffer => Buffer.alloc(ZEROS);

/** A movie header that is compressed, as QuickTime allows. */
const compressedMovie = (content: Buffer, size: number): Buffer =>
  Buffer.concat([
    FTYP,
    box('moov', box('cmov', box('dcom', 'zlib'), box('cmvd', size, deflateSync(content)))),
  ]);

/** A track of Matroska whose packets are compressed. */
function compressedTrack(packet: Buffer): Buffer {
  const compression = element(0x5034, [element(0x4254, [0])]);
  const encodings = element(ID.contentEncodings, [element(ID.contentEncoding, [compression])]);
  const track = trackEntry(2, 2, 'A_PCM/INT/LIT', encodings);
  const block = element(ID.simpleBlock, [Buffer.from([0x82, 0, 0, 0x80]), packet]);
  return matroskaFilm({
    front: [info(), element(ID.tracks, [pictureEntry, track])],
    clusters: [element(ID.cluster, [element(ID.timestamp, [0]), ...Array.from({ length: 20 }, () => block)])],
  });
}

/** A header of ZIP with one file. */
const zip = (content: Buffer): Buffer =>
  join('PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0', content.length, ZEROS, '\x05\0\0\0a.mp4', content);

/** 4 GB of which only the ends are there. */
const sparse = (head: Buffer, tail: Buffer = Buffer.alloc(0), size = 4_000_000_000) => ({ head, tail, size });

/** Files that unpack to far more than they are, or are mostly a hole. */
export const compressedBombs: readonly Bomb[] = [
  ['gzip bomb', () => gzipSync(zeros())],
  ['gzip bomb of gzip bombs', () => gzipSync(gzipSync(zeros()))],
  ['zip bomb', () => zip(deflateRawSync(zeros()))],
  ['xz header', () => join(Buffer.from('fd377a585a000004e6d6b446', 'hex'), Buffer.alloc(10_000))],
  ['SWF with compressed content', () => join('CWS\x09', 0xffffffff, deflateSync(zeros()))],
  ['compressed movie of 50 MB', () => compressedMovie(zeros(), ZEROS)],
  ['compressed movie that states 4 GB', () => compressedMovie(mp4(), 0xffffffff)],
  [
    'compressed movie within a compressed movie',
    () => compressedMovie(compressedMovie(zeros(), ZEROS), 100_000),
  ],
  ['compressed packets of Matroska that grow to 50 MB each', () => compressedTrack(deflateSync(zeros()))],
  ['sparse MP4 of 4 GB', () => sparse(Buffer.concat([FTYP, join(1, 'mdat', 0, 3_900_000_000)]), mp4())],
  ['sparse MP4 without an index', () => sparse(FTYP)],
  ['sparse WAV of 4 GB', () => sparse(wave({ dataSize: 0xfffffff0 }), undefined, 300_000_000)],
  ['sparse Matroska', () => sparse(matroskaFilm(), undefined, 500_000_000)],
  ['sparse MP3', async ({ film }) => sparse(await film('mp3/mp3'), await film('mp3/mp3'), 500_000_000)],
  [
    'sparse transport stream',
    async ({ film }) => sparse(await film('ts/aac'), await film('ts/aac'), 500_000_000),
  ],
  ['sparse Ogg', async ({ film }) => sparse(await film('ogg/vorbis'), await film('ogg/vorbis'), 500_000_000)],
  [
    'MP4 whose tables state a sparse file',
    () => sparse(mp4({ sizes: join(0x10000, 8000), offsets: join(1, 0) }), undefined, 600_000_000),
  ],
  [
    'fragment that states 2^32−1 samples',
    () =>
      Buffer.concat([
        mp4({ more: [box('mvex', fullBox('trex', 1, 1, 1, 1, 0))] }),
        box('moof', fullBox('mfhd', 1), box('traf', box('tfhd', 0x20000, 1), box('trun', 0, 0xffffffff))),
      ]),
  ],
];
