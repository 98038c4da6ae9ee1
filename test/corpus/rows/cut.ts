import type { CodecName } from '../codecs.ts';
import { type ContainerName, containerOf } from '../containers.ts';
import { type Mp3, whole } from '../expected.ts';
import { type Film, makeFilm } from '../film.ts';
import type { Row } from '../row.ts';
import { filmRow } from './plain.ts';

/** How far the place in the file may be from the place in the sound: packets lie unevenly, and headers take room. */
const SLACK = 0.9;

const SECONDS = 8;

/** What can be had of a file of which only this share is there. */
export function part(film: Film, share: number): Mp3 {
  const mp3 = whole(film);
  const states = containerOf(film.container).statesLength;
  const seconds = (film.seconds ?? 4) * share;
  return {
    ...mp3,
    pieces: mp3.pieces.map((one) => ({ ...one, piece: { ...one.piece, seconds: seconds - SLACK } })),
    length: [Math.floor((seconds - SLACK) * mp3.rate), Math.ceil((seconds + SLACK) * mp3.rate)],
    isLengthOfFile: true,
    warnings: [...mp3.warnings, ...(states ? [{ code: 'truncated', of_seconds: film.seconds ?? 4 }] : [])],
    optionalWarnings: states ? ['damaged'] : ['truncated', 'damaged'],
  };
}

export const cutOff = (share: number) => (bytes: Buffer) =>
  bytes.subarray(0, Math.floor(bytes.length * share));

type Case = [container: ContainerName, codec: CodecName, share: number];
const CASES: Case[] = [
  ['wav', 'pcm_s16le', 0.3],
  ['wav', 'pcm_s16le', 0.6],
  ['wav', 'pcm_s24le', 0.9],
  ['wav', 'adpcm_ms', 0.5],
  ['rf64', 'pcm_s24le', 0.6],
  ['mp3', 'mp3', 0.3],
  ['mp3', 'mp3', 0.6],
  ['mp3', 'mp3', 0.9],
  ['flac', 'flac', 0.3],
  ['flac', 'flac', 0.6],
  ['aiff', 'pcm_s16be', 0.6],
  ['caf', 'pcm_s16be', 0.6],
  ['mp4', 'aac', 0.3],
  ['mp4', 'aac', 0.6],
  ['mp4', 'aac', 0.9],
  ['mp4', 'alac', 0.6],
  ['m4a', 'aac', 0.6],
  ['mkv', 'aac', 0.3],
  ['mkv', 'flac', 0.6],
  ['mkv', 'ac3', 0.9],
  ['mka', 'opus', 0.6],
  ['webm', 'opus', 0.6],
  ['avi', 'mp3', 0.6],
  ['avi', 'pcm_s16le', 0.5],
  ['flv', 'mp3', 0.3],
  ['flv', 'aac', 0.6],
  ['asf', 'mp3', 0.6],
  ['wma', 'wmav2', 0.6],
  ['fragmented mp4', 'aac', 0.6],
  ['live webm', 'opus', 0.6],
  ['ts', 'aac', 0.6],
  ['m2ts', 'ac3', 0.3],
  ['mpeg', 'mp2', 0.6],
  ['vob', 'ac3', 0.6],
  ['adts', 'aac', 0.6],
  ['ac3', 'ac3', 0.6],
  ['dts', 'dts', 0.6],
  ['ogg', 'vorbis', 0.6],
  ['ogg', 'opus', 0.3],
  ['ogg', 'flac', 0.6],
  ['mp3 (no Xing header)', 'mp3', 0.6],
  ['mxf', 'pcm_s16le', 0.6],
  ['dv', 'pcm_s16le', 0.6],
];

/** Files from which nothing can be had: the index is missing. */
const LOST: Case[] = [
  ['mp4 (index at the end)', 'aac', 0.5],
  ['mp4 (index at the end)', 'aac', 0.95],
  ['mov', 'pcm_s16le', 0.6],
  ['3gp', 'aac', 0.9],
];

const STRICT: Case[] = [
  ['wav', 'pcm_s16le', 0.6],
  ['mp4', 'aac', 0.6],
  ['mkv', 'flac', 0.6],
  ['flac', 'flac', 0.6],
  ['mp3', 'mp3', 0.6],
];

function cutRow(what: string, [container, codec, share]: Case, fields: Partial<Row> = {}): Row {
  const film: Film = { container, codec, seconds: SECONDS };
  return {
    ...filmRow('cut', `${what} at ${share * 100} %`, film),
    make: async (bench) => bench.edit(await makeFilm(bench, film), cutOff(share)),
    expected: { mp3: part(film, share) },
    ...fields,
  };
}

export const cutRows: Row[] = [
  ...CASES.map((one) => cutRow('cut', one)),
  ...LOST.map((one) => cutRow('cut', one, { expected: { failures: ['truncated'] } })),
  ...STRICT.map((one) =>
    cutRow('strict, cut', one, { options: { strict: true }, expected: { failures: ['truncated'] } }),
  ),
  ...STRICT.map(([container, codec]) => ({
    ...filmRow('cut', 'strict, whole', { container, codec }),
    options: { strict: true },
  })),
];
