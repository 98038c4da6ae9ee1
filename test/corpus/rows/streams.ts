import type { ConversionOptions } from '../../../services/shared/jobs/conversion-options.ts';
import { randomBytes } from '../../support/random.ts';
import { type CodecName, codecOf } from '../codecs.ts';
import { type ContainerName, containerOf } from '../containers.ts';
import { type Expected, whole } from '../expected.ts';
import { type Film, makeFilm, pictureInput, soundInput, soundOf } from '../film.ts';
import type { Row } from '../row.ts';
import type { Voice } from '../sound.ts';
import type { Bench } from '../workshop.ts';
import { filmRow } from './plain.ts';

/** Replaces every occurrence of a text by one of the same length. Throws where there is none. */
const replaceAll = (from: string, to: string) => (bytes: Buffer) => {
  if (from.length !== to.length) throw new Error('both texts must be of one length');
  const text = bytes.toString('latin1');
  if (!text.includes(from)) throw new Error(`the file has no ${from}`);
  return Buffer.from(text.replaceAll(from, to), 'latin1');
};

const BROKEN_PICTURES: [ContainerName, CodecName, what: string, from: string, to: string][] = [
  ['mkv', 'aac', 'video codec that nobody knows', 'V_MPEG4/ISO/AVC', 'V_MPEG4/ISO/XYZ'],
  ['webm', 'opus', 'video codec that nobody knows', 'V_VP8', 'V_XY8'],
  ['mp4', 'aac', 'video codec that nobody knows', 'avc1', 'zzzz'],
  ['mp4', 'alac', 'video without extradata', 'avcC', 'free'],
  ['mov', 'pcm_s16le', 'video without extradata', 'avcC', 'free'],
  ['fragmented mp4', 'flac', 'video without extradata', 'avcC', 'free'],
  ['avi', 'mp3', 'video codec that nobody knows', 'FMP4', 'ZZZZ'],
  ['asf', 'mp3', 'video codec that nobody knows', 'WMV2', 'ZZZZ'],
];

/** Pictures whose packets have wrong bytes. */
const NOISY: [ContainerName, CodecName][] = [
  ['flv', 'mp3'],
  ['mkv', 'opus'],
  ['asf', 'pcm_s16le'],
  ['avi', 'ac3'],
];

/** Transport streams whose picture is noise behind the first bytes of each packet. The muxer gives it the number 0x100. */
const NOISY_TS: CodecName[] = ['ac3', 'aac'];
const TS_PACKET = 188;
const PICTURE_PID = 0x100;
function noiseInTs(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + TS_PACKET <= copy.length; at += TS_PACKET) {
    if ((copy.readUInt16BE(at + 1) & 0x1fff) === PICTURE_PID) randomBytes(80).copy(copy, at + 108);
  }
  return copy;
}

interface Track {
  codec: CodecName;
  voice: Voice;
  /** Arguments with `%` for the number of the stream among those with sound. */
  output?: readonly string[];
  isEmpty?: boolean;
}

/** Makes a film with several tracks of sound. */
async function makeTracks(bench: Bench, container: ContainerName, tracks: readonly Track[]): Promise<string> {
  const { video, mux } = containerOf(container);
  const inputs = await Promise.all(
    tracks.map(async ({ codec, voice, isEmpty }) =>
      isEmpty
        ? ['-f', 'f32le', '-ar', '48000', '-ch_layout', 'stereo', '-i', await bench.write('')]
        : soundInput(bench, { container, codec, voice }),
    ),
  );
  const first = video ? 1 : 0;
  return bench.ffmpeg(
    ...(video ? pictureInput(4) : []),
    ...inputs.flat(),
    ...(video ? ['-map', '0:v', ...video] : []),
    ...tracks.flatMap((_, index) => ['-map', `${first + index}:a`]),
    ...tracks.flatMap(({ codec, output = [] }, index) => {
      const encode = codecOf(codec).encode.map((word) => word.replace(/:a$/, `:a:${index}`));
      return [...encode, ...output.map((word) => word.replace('%', String(index)))];
    }),
    ...mux,
  );
}

interface TrackCase {
  container: ContainerName;
  what: string;
  tracks: readonly Track[];
  /** The track that has to be taken. */
  taken: number;
  edit?: (bytes: Buffer) => Buffer;
  options?: ConversionOptions;
  warnings?: string[];
  optionalWarnings?: string[];
}

const disposition = (value: string): readonly string[] => ['-disposition:a:%', value];
const language = (value: string): readonly string[] => ['-metadata:s:a:%', `language=${value}`];
const pair = (
  codec: CodecName,
  first: readonly string[] = [],
  second: readonly string[] = [],
): readonly Track[] => [
  { codec, voice: 'other', output: first },
  { codec, voice: 'main', output: second },
];

const TRACKS: TrackCase[] = [
  {
    container: 'mkv',
    what: 'two tracks',
    tracks: pair('flac', disposition('0'), disposition('0')),
    taken: 0,
  },
  { container: 'ts', what: 'two tracks', tracks: pair('ac3'), taken: 0 },
  { container: 'mp4', what: 'two tracks', tracks: pair('aac'), taken: 0 },
  { container: 'avi', what: 'two tracks', tracks: pair('mp3'), taken: 0 },
  { container: 'asf', what: 'two tracks', tracks: pair('mp3'), taken: 0 },
  {
    container: 'mkv',
    what: 'second is default',
    tracks: pair('aac', disposition('0'), disposition('default')),
    taken: 1,
  },
  {
    container: 'mp4',
    what: 'second is default',
    tracks: pair('aac', disposition('0'), disposition('default')),
    taken: 1,
  },
  {
    ...{ container: 'mkv', what: 'first is a commentary', taken: 1 },
    tracks: pair('flac', disposition('default+comment'), disposition('0')),
  },
  {
    ...{ container: 'mkv', what: 'first is for the blind', taken: 1 },
    tracks: pair('opus', disposition('visual_impaired'), disposition('0')),
  },
  {
    ...{ container: 'ts', what: 'first is for the blind', taken: 1 },
    tracks: pair('ac3', disposition('visual_impaired'), disposition('0')),
  },
  {
    ...{ container: 'mkv', what: 'first cannot be decoded', taken: 1, warnings: ['track_skipped'] },
    tracks: [
      { codec: 'tta', voice: 'other' },
      { codec: 'flac', voice: 'main' },
    ],
    edit: replaceAll('A_TTA1', 'A_XYZ1'),
  },
  {
    ...{ container: 'mp4', what: 'first cannot be decoded', taken: 1, warnings: ['track_skipped'] },
    tracks: [
      { codec: 'ac3', voice: 'other' },
      { codec: 'aac', voice: 'main' },
    ],
    edit: replaceAll('ac-3', 'zz-3'),
  },
  {
    ...{ container: 'mov', what: 'second cannot be decoded', taken: 0 },
    tracks: [
      { codec: 'pcm_s16le', voice: 'main' },
      { codec: 'alac', voice: 'other' },
    ],
    edit: replaceAll('alac', 'zzac'),
  },
  {
    ...{ container: 'mkv', what: 'first has no packets', taken: 1, optionalWarnings: ['track_skipped'] },
    tracks: [
      { codec: 'pcm_s16le', voice: 'other', isEmpty: true },
      { codec: 'flac', voice: 'main' },
    ],
  },
  {
    ...{ container: 'mp4', what: 'first has no packets', taken: 1, optionalWarnings: ['track_skipped'] },
    tracks: [
      { codec: 'ac3', voice: 'other', isEmpty: true },
      { codec: 'aac', voice: 'main' },
    ],
  },
  { container: 'mkv', what: 'track=2', tracks: pair('ac3'), taken: 1, options: { track: 2 } },
  {
    ...{ container: 'mkv', what: 'track=deu', taken: 1, options: { track: 'deu' } },
    tracks: pair('flac', language('eng'), language('ger')),
  },
  {
    ...{ container: 'ts', what: 'track=fra', taken: 1, options: { track: 'fra' } },
    tracks: pair('mp2', language('eng'), language('fra')),
  },
  {
    ...{ container: 'mp4', what: 'track=de', taken: 1, options: { track: 'de' } },
    tracks: pair('aac', language('eng'), language('deu')),
  },
];

function trackRow({ container, what, tracks, taken, edit, options, ...more }: TrackCase): Row {
  const { codec, voice } = tracks[taken] as Track;
  const film: Film = { container, codec, voice };
  const mp3 = whole(film);
  const warnings = (more.warnings ?? []).map((code) => ({ code }));
  return {
    ...filmRow('streams', what, film),
    make: async (bench) => {
      const path = await makeTracks(bench, container, tracks);
      return edit ? bench.edit(path, edit) : path;
    },
    ...(options && { options }),
    expected: { mp3: { ...mp3, warnings, optionalWarnings: more.optionalWarnings ?? [] } },
  };
}

/** Files that can never become an MP3, each for another reason. */
const REFUSED: [name: string, codes: string[], make: Row['make']][] = [
  [
    'mkv · sound in a codec that nobody knows',
    ['unsupported_codec'],
    edited('mkv', 'tta', 'A_TTA1', 'A_XYZ1'),
  ],
  ['mp4 · sound in a codec that nobody knows', ['unsupported_codec'], edited('mp4', 'ac3', 'ac-3', 'zz-3')],
  [
    'mov · sound in a codec that nobody knows',
    ['unsupported_codec'],
    edited('mov', 'pcm_s24le', 'in24', 'zz24'),
  ],
  ['mkv · picture alone', ['no_audio'], (bench) => pictureAlone(bench, 'mkv')],
  ['mp4 · picture alone', ['no_audio'], (bench) => pictureAlone(bench, 'mp4')],
  ['ts · picture alone', ['no_audio'], (bench) => pictureAlone(bench, 'ts')],
  ['mkv · a track without packets', ['no_audio'], (bench) => emptyTrack(bench, 'mkv', 'flac')],
  ['mov · a track without packets', ['no_audio'], (bench) => emptyTrack(bench, 'mov', 'pcm_s16le')],
  ['wav · no samples', ['no_audio'], (bench) => emptyTrack(bench, 'wav', 'pcm_s16le')],
  ['mp4 · encrypted by CENC', ['encrypted'], encrypted],
  ['text', ['not_media'], (bench) => bench.write('This is no film.\n'.repeat(500))],
  ['subtitles', ['not_media'], (bench) => bench.write('1\n00:00:01,000 --> 00:00:02,000\nHello\n\n')],
  ['PNG', ['not_media'], (bench) => bench.ffmpeg(...pictureInput(0.04), '-frames:v', '1', '-f', 'image2')],
  ['zeros', ['not_media'], (bench) => bench.write(Buffer.alloc(300_000))],
];

function edited(container: ContainerName, codec: CodecName, from: string, to: string): Row['make'] {
  return async (bench) => bench.edit(await makeFilm(bench, { container, codec }), replaceAll(from, to));
}

function pictureAlone(bench: Bench, container: ContainerName): Promise<string> {
  const { video = [], mux } = containerOf(container);
  return bench.ffmpeg(...pictureInput(2), ...video, ...mux);
}

const emptyTrack = (bench: Bench, container: ContainerName, codec: CodecName): Promise<string> =>
  makeTracks(bench, container, [{ codec, voice: 'main', isEmpty: true }]);

const CENC = ['-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', '00112233445566778899aabbccddeeff'];
function encrypted(bench: Bench): Promise<string> {
  const output = [...CENC, '-encryption_kid', 'ffeeddccbbaa99887766554433221100'];
  return makeFilm(bench, { container: 'mp4', codec: 'aac', output });
}

/** Covers, as the sound's own picture. */
const COVERS: [ContainerName, CodecName][] = [
  ['m4a', 'aac'],
  ['mp3', 'mp3'],
  ['flac', 'flac'],
  ['m4a', 'alac'],
];
async function withCover(bench: Bench, film: Film): Promise<string> {
  const { container, codec } = soundOf(film);
  return bench.ffmpeg(
    ...[...pictureInput(0.04), ...(await soundInput(bench, film)), '-map', '1:a', '-map', '0:v'],
    ...[...codec.encode, '-c:v', 'mjpeg', '-frames:v', '1', '-disposition:v', 'attached_pic'],
    ...['-metadata', 'title=A title', '-metadata', 'artist=Ein Künstler', ...container.mux],
  );
}

const refused = ([name, failures, make]: (typeof REFUSED)[number]): Row => ({
  ...{ kind: 'streams', name, make },
  expected: { failures } satisfies Expected,
});

/** Sound and picture need not end together: nothing is missing then. */
const UNEVEN: [ContainerName, CodecName][] = [
  ['mp4', 'aac'],
  ['mp4', 'alac'],
  ['mov', 'pcm_s16le'],
  ['3gp', 'aac'],
  ['fragmented mp4', 'aac'],
  ['mkv', 'aac'],
  ['mkv', 'flac'],
  ['webm', 'opus'],
  ['live webm', 'vorbis'],
  ['avi', 'mp3'],
  ['avi', 'pcm_s16le'],
  ['ts', 'ac3'],
  ['m2ts', 'eac3'],
  ['mpeg', 'mp2'],
  ['vob', 'ac3'],
  ['flv', 'aac'],
  ['flv', 'mp3'],
  ['asf', 'mp3'],
  ['realmedia', 'ac3'],
];

export const streamRows: Row[] = [
  ...UNEVEN.flatMap(([container, codec]) =>
    [3, -2].map((pictureMore) =>
      filmRow('streams', `picture ${Math.abs(pictureMore)} s ${pictureMore > 0 ? 'longer' : 'shorter'}`, {
        ...{ container, codec, pictureMore },
      }),
    ),
  ),
  ...BROKEN_PICTURES.map(([container, codec, what, from, to]) => ({
    ...filmRow('streams', what, { container, codec }),
    make: edited(container, codec, from, to),
  })),
  ...NOISY.map(([container, codec]) =>
    filmRow('streams', 'picture of noise', { container, codec, output: ['-bsf:v', 'noise=amount=2'] }),
  ),
  ...NOISY_TS.map((codec) => ({
    ...filmRow('streams', 'picture of noise', { container: 'ts', codec }),
    make: async (bench: Bench) => bench.edit(await makeFilm(bench, { container: 'ts', codec }), noiseInTs),
  })),
  ...TRACKS.map(trackRow),
  ...COVERS.map(([container, codec]) => ({
    ...filmRow('streams', 'tags and a cover', { container, codec }),
    make: (bench: Bench) => withCover(bench, { container, codec }),
    expected: { mp3: { ...whole({ container, codec }), optionalWarnings: ['cover_skipped'] } },
  })),
  ...REFUSED.map(refused),
];
