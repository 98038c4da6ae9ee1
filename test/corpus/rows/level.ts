import type { CodecName } from '../codecs.ts';
import type { ContainerName } from '../containers.ts';
import type { Row } from '../row.ts';
import type { Layout } from '../sound.ts';
import { filmRow } from './plain.ts';

type Case = [container: ContainerName, codec: CodecName, layout: Layout];

const CASES: Case[] = [
  ['mp4', 'aac', '5.1'],
  ['ts', 'ac3', '5.1(side)'],
  ['mkv', 'eac3', '5.1(side)'],
  ['mkv', 'dts', '5.1(side)'],
  ['mkv', 'truehd', '5.1(side)'],
  ['flac', 'flac', '5.1'],
  ['wav', 'pcm_s16le', '5.1'],
  ['wav', 'pcm_f32le', '5.1'],
  ['mkv', 'opus', '5.1'],
  ['ogg', 'vorbis', '5.1'],
  ['m4a', 'alac', '5.1'],
  ['mkv', 'wavpack', '5.1'],
  ['m2ts', 'pcm_bluray', '5.1'],
  ['mov', 'pcm_s24le', '5.1'],
  ['caf', 'pcm_s16be', '5.1'],
  ['mp4', 'aac', '7.1'],
  ['mkv', 'flac', '7.1'],
  ['mkv', 'opus', '7.1'],
  ['wav', 'pcm_s24le', '7.1'],
  ['ogg', 'vorbis', '7.1'],
  ['mkv', 'ac3', '3.0'],
  ['flac', 'flac', '4.0'],
  ['wav', 'pcm_s16le', 'quad'],
  ['mkv', 'eac3', '5.0(side)'],
  ['flac', 'flac', '6.1'],
  ['mkv', 'aac', '4.0'],
];

/** The same loud sound in every channel: any downmix that is not normalised clips. */
const LOUD: Case[] = [
  ['mp4', 'aac', '5.1'],
  ['mkv', 'ac3', '5.1(side)'],
  ['flac', 'flac', '5.1'],
  ['wav', 'pcm_f32le', '7.1'],
  ['mkv', 'dts', '5.1(side)'],
];
const LOUD_GAIN = 2.2;

const six = { container: 'mkv', codec: 'flac', layout: '5.1' } as const;

export const levelRows: Row[] = [
  ...CASES.map(([container, codec, layout]) => filmRow('level', layout, { container, codec, layout })),
  ...LOUD.map(([container, codec, layout]) =>
    filmRow('level', `${layout}, all channels loud`, {
      container,
      codec,
      layout,
      gain: LOUD_GAIN,
      isSame: true,
    }),
  ),
  filmRow('level', '5.1, 96 kHz', { ...six, rate: 96_000 }),
  filmRow('level', '5.1, 11,111 Hz', { ...six, rate: 11_111 }),
];
