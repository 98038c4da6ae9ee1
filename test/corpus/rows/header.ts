import type { CodecName } from '../codecs.ts';
import type { ContainerName } from '../containers.ts';
import { whole } from '../expected.ts';
import { type Film, makeFilm } from '../film.ts';
import type { Row } from '../row.ts';
import { filmRow } from './plain.ts';

type Edit = (bytes: Buffer) => Buffer;

/** Where a text stands in a file. Throws where it does not, because a row would then test nothing. */
function find(bytes: Buffer, text: string | Buffer, from = 0): number {
  const at = bytes.indexOf(text, from, 'latin1');
  if (at < 0) throw new Error(`the file has no ${text.toString('latin1')}`);
  return at;
}

/** Changes a copy of the bytes, at each place where a text stands. */
const atEach =
  (text: string | Buffer, change: (bytes: Buffer, at: number) => void): Edit =>
  (bytes) => {
    const copy = Buffer.from(bytes);
    for (let at = find(copy, text); at >= 0; at = copy.indexOf(text, at + 1, 'latin1')) change(copy, at);
    return copy;
  };

const MP3_FRAME = 1152;
const TEN_HOURS = 36_000;

/** @see ISO 14496-12: the length stands behind two times and, but for `tkhd`, the unit, each with 32 bits. */
const boxLength = (type: 'mvhd' | 'mdhd' | 'tkhd', value: number): Edit =>
  atEach(type, (bytes, at) => bytes.writeUInt32BE(value, at + 4 + 4 + (type === 'tkhd' ? 16 : 12)));

/** @see RFC 9559: the element Duration (0x4489), of 8 bytes, in milliseconds as ffmpeg counts. */
const matroskaLength =
  (seconds: number): Edit =>
  (bytes) => {
    const copy = Buffer.from(bytes);
    copy.writeDoubleBE(seconds * 1000, find(copy, Buffer.from([0x44, 0x89, 0x88])) + 3);
    return copy;
  };

/** A number in the script data at the beginning of an FLV: its name, the type 0, and the value. */
const flvNumber = (name: string, value: number): Edit =>
  atEach(name, (bytes, at) => bytes.writeDoubleBE(value, at + name.length + 1));

/** Sizes of RIFF and its `data` chunk. */
const waveSizes =
  (size: number): Edit =>
  (bytes) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(size, 4);
    copy.writeUInt32LE(size, find(copy, 'data') + 4);
    return copy;
  };

/** The total of samples in STREAMINFO of FLAC has 36 bits, of which these are the lower ones. */
const flacSamples =
  (samples: number): Edit =>
  (bytes) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32BE(samples, find(copy, 'fLaC') + 8 + 14);
    return copy;
  };

/** The number of frames in the Xing header. */
const xingFrames = (frames: number): Edit =>
  atEach('Info', (bytes, at) => (bytes.readUInt32BE(at + 4) & 1 ? bytes.writeUInt32BE(frames, at + 8) : 0));

/** `dwLength` of every stream of an AVI, and the number of pictures of the whole. */
const aviLength =
  (count: number): Edit =>
  (bytes) => {
    const streams = atEach('strh', (copy, at) => copy.writeUInt32LE(count, at + 8 + 32))(bytes);
    return atEach('avih', (copy, at) => copy.writeUInt32LE(count, at + 8 + 16))(streams);
  };

/** The number of sample frames in the chunk COMM of an AIFF, with the size of SSND that belongs to it. */
const aiffFrames =
  (frames: number): Edit =>
  (bytes) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32BE(frames, find(copy, 'COMM') + 8 + 2);
    return copy;
  };

/** The play time in the File Properties Object of ASF, in 100 ns. */
const asfLength =
  (seconds: number): Edit =>
  (bytes) => {
    const copy = Buffer.from(bytes);
    const id = Buffer.from('a1dcab8c47a9cf118ee400c00c205365', 'hex');
    copy.writeBigUInt64LE(BigInt(seconds) * 10_000_000n, find(copy, id) + 64);
    return copy;
  };

const cafUnknown: Edit = (bytes) => {
  const copy = Buffer.from(bytes);
  copy.writeBigInt64BE(-1n, find(copy, 'data') + 4);
  return copy;
};

const TOO_LONG = 'header_length_wrong|truncated';
type Case = [container: ContainerName, codec: CodecName, what: string, edit: Edit, warning?: string];
/** Where the file itself shows that nothing is missing, the warning must not say `truncated`. */
const WRONG = 'header_length_wrong';

const both =
  (...edits: Edit[]): Edit =>
  (bytes) =>
    edits.reduce((result, edit) => edit(result), bytes);

const CASES: Case[] = [
  ['mkv', 'aac', 'Duration of 10 h', matroskaLength(TEN_HOURS), WRONG],
  ['mkv', 'flac', 'Duration of 60 s', matroskaLength(60), WRONG],
  ['webm', 'opus', 'Duration of 1000 h', matroskaLength(3_600_000), WRONG],
  ['mka', 'vorbis', 'Duration of 8 s', matroskaLength(8), WRONG],
  ['mkv', 'flac', 'Duration of 1 s', matroskaLength(1)],
  ['mkv', 'aac', 'Duration of 0 s', matroskaLength(0)],
  ['mkv', 'pcm_s16le', 'Duration that is no number', matroskaLength(Number.NaN)],
  ['mkv', 'mp3', 'Duration below zero', matroskaLength(-5)],
  ['flv', 'mp3', 'duration of 10 h', flvNumber('duration', TEN_HOURS), TOO_LONG],
  ['flv', 'aac', 'duration of 12 s', flvNumber('duration', 12), TOO_LONG],
  ['flv', 'aac', 'duration of 0 s', flvNumber('duration', 0)],
  [
    'mp4',
    'aac',
    'mvhd and mdhd of 10 h',
    both(boxLength('mvhd', TEN_HOURS * 1000), boxLength('mdhd', 1_728_000_000)),
    WRONG,
  ],
  ['mov', 'pcm_s16le', 'mdhd of 10 h', boxLength('mdhd', 1_728_000_000), WRONG],
  ['mp4', 'alac', 'mdhd of 12 s', boxLength('mdhd', 576_000), WRONG],
  ['mp4', 'flac', 'lengths of 0', both(boxLength('mvhd', 0), boxLength('mdhd', 0), boxLength('tkhd', 0))],
  ['fragmented mp4', 'aac', 'mvhd of 10 h', boxLength('mvhd', TEN_HOURS * 1000), TOO_LONG],
  ['wav', 'pcm_s16le', 'sizes of 0xFFFFFFFF, as of a stream', waveSizes(0xffffffff)],
  ['wav', 'pcm_s24le', 'sizes of 0, as of a stream', waveSizes(0)],
  ['wav', 'pcm_f32le', 'sizes of 200 MB', waveSizes(200_000_000), TOO_LONG],
  ['wav', 'pcm_mulaw', 'sizes of 2 GB', waveSizes(2_000_000_000), TOO_LONG],
  ['flac', 'flac', '2^32−1 samples', flacSamples(0xffffffff), TOO_LONG],
  ['flac', 'flac', '12 s of samples', flacSamples(576_000), TOO_LONG],
  ['flac', 'flac', 'unknown number of samples', flacSamples(0)],
  ['mp3', 'mp3', 'Xing header of 100,000 frames', xingFrames(100_000), TOO_LONG],
  ['avi', 'mp3', 'a billion pictures', aviLength(1_000_000_000), TOO_LONG],
  ['avi', 'pcm_s16le', 'lengths of 0', aviLength(0)],
  ['aiff', 'pcm_s16be', '10 h of frames', aiffFrames(1_728_000_000), TOO_LONG],
  ['asf', 'mp3', 'play time of 10 h', asfLength(TEN_HOURS), TOO_LONG],
  ['wma', 'wmav2', 'play time of 0', asfLength(0)],
  ['caf', 'pcm_s16be', 'data of unknown size', cafUnknown],
];

export const headerRows: Row[] = CASES.map(([container, codec, what, edit, warning]) => {
  const film: Film = { container, codec };
  const mp3 = whole(film);
  return {
    ...filmRow('header', what, film),
    make: async (bench) => bench.edit(await makeFilm(bench, film), edit),
    expected: {
      mp3: {
        ...mp3,
        // A Xing header that is not believed does not say either where the sound ends.
        length: container === 'mp3' ? [mp3.length[0], mp3.length[1] + MP3_FRAME] : mp3.length,
        warnings: [...mp3.warnings, ...(warning === undefined ? [] : [{ code: warning }])],
        // A header that states less than there is, or nothing, hides no sound.
        optionalWarnings: warning === undefined ? ['header_length_wrong'] : [],
      },
    },
  };
});
