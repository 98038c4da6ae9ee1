import type { ConversionOptions } from '../../../services/shared/jobs/conversion-options.ts';
import { type CodecName, codecOf } from '../codecs.ts';
import { type ContainerName, containerOf } from '../containers.ts';
import { whole } from '../expected.ts';
import { type Film, pictureInput, soundInput } from '../film.ts';
import { replaceAll } from '../replace-all.ts';
import type { Row } from '../row.ts';
import type { Voice } from '../sound.ts';
import type { Bench } from '../workshop.ts';
import { filmRow } from './plain.ts';

interface Track {
  codec: CodecName;
  voice: Voice;
  /** Arguments with `%` for the number of the stream among those with sound. */
  output?: readonly string[];
  isEmpty?: boolean;
}

/** Makes a film with several tracks of sound. */
export async function makeTracks(
  bench: Bench,
  container: ContainerName,
  tracks: readonly Track[],
): Promise<string> {
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

/** Files with several tracks of sound. */
export const trackRows: Row[] = TRACKS.map(trackRow);
