import type { CodecName } from '../codecs.ts';
import type { ContainerName } from '../containers.ts';
import type { Film } from '../film.ts';
import type { Row } from '../row.ts';
import { filmRow } from './plain.ts';

type Case = [container: ContainerName, codec: CodecName];
const CASES: Case[] = [
  ['wav', 'pcm_s16le'],
  ['wav', 'adpcm_ima_wav'],
  ['flac', 'flac'],
  ['mp3', 'mp3'],
  ['m4a', 'aac'],
  ['mp4', 'alac'],
  ['mov', 'pcm_s16le'],
  ['mkv', 'flac'],
  ['mka', 'opus'],
  ['ogg', 'vorbis'],
  ['ogg', 'opus'],
  ['ts', 's302m'],
  ['adts', 'aac'],
  ['aiff', 'pcm_s16be'],
  ['caf', 'alac'],
  ['avi', 'pcm_s16le'],
  ['ac3', 'ac3'],
];

/** Without a picture, which would be longer than the sound. */
const short = ([container, codec]: Case, seconds: number): Film => ({
  container,
  codec,
  seconds,
  isSoundOnly: true,
});

/** ffmpeg by hand plays the last packet whole where all packets are in one page of Ogg: up to 96 samples more. */
function smallRow(what: string, film: Film): Row {
  const row = filmRow('small', what, film);
  if (film.codec !== 'vorbis' || !('mp3' in row.expected)) return row;
  const { mp3 } = row.expected;
  return { ...row, expected: { mp3: { ...mp3, length: [mp3.length[0], mp3.length[1] + 96] } } };
}

export const smallRows: Row[] = [
  ...CASES.map((one) => smallRow('5 ms', short(one, 0.005))),
  ...CASES.map((one) => smallRow('30 ms', short(one, 0.03))),
  ...CASES.slice(0, 6).map((one) => filmRow('small', '250 ms', short(one, 0.25))),
  filmRow('small', 'one sample', { container: 'wav', codec: 'pcm_s16le', seconds: 1 / 48_000 }),
  filmRow('small', '5 ms at 96 kHz in 5.1', {
    container: 'flac',
    codec: 'flac',
    seconds: 0.005,
    rate: 96_000,
    layout: '5.1',
  }),
];
