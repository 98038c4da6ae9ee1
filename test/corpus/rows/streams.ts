import { randomBytes } from '../../support/random.ts';
import type { CodecName } from '../codecs.ts';
import type { ContainerName } from '../containers.ts';
import { whole } from '../expected.ts';
import { type Film, makeFilm, pictureInput, soundInput, soundOf } from '../film.ts';
import type { Row } from '../row.ts';
import type { Bench } from '../workshop.ts';
import { edited } from './edited.ts';
import { filmRow } from './plain.ts';

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
  ...COVERS.map(([container, codec]) => ({
    ...filmRow('streams', 'tags and a cover', { container, codec }),
    make: (bench: Bench) => withCover(bench, { container, codec }),
    expected: { mp3: { ...whole({ container, codec }), optionalWarnings: ['cover_skipped'] } },
  })),
];
