import { readFile } from 'node:fs/promises';
import type { CodecName } from '../codecs.ts';
import { type ContainerName, containerOf } from '../containers.ts';
import { whole } from '../expected.ts';
import { type Film, makeFilm } from '../film.ts';
import type { Row } from '../row.ts';
import { filmRow } from './plain.ts';

type Pair = [container: ContainerName, codec: CodecName];
const HOUR = 3600;

/** Containers with a picture and timestamps. */
const LATE: Pair[] = [
  ['mp4', 'aac'],
  ['mp4', 'alac'],
  ['mov', 'pcm_s16le'],
  ['3gp', 'aac'],
  ['mkv', 'aac'],
  ['mkv', 'flac'],
  ['mkv', 'opus'],
  ['webm', 'vorbis'],
  ['ts', 'ac3'],
  ['ts', 's302m'],
  ['m2ts', 'pcm_bluray'],
  ['mpeg', 'mp2'],
  ['vob', 'ac3'],
  ['flv', 'mp3'],
  ['asf', 'mp3'],
];

const HOLES: Pair[] = [
  ['mp4', 'aac'],
  ['mov', 'alac'],
  ['fragmented mp4', 'aac'],
  ['mkv', 'flac'],
  ['mkv', 'pcm_s16le'],
  ['mkv', 'mp3'],
  ['mkv', 'ac3'],
  ['webm', 'opus'],
  ['live webm', 'opus'],
  ['ts', 'aac'],
  ['ts', 'mp2'],
  ['m2ts', 'eac3'],
  ['mpeg', 'mp2'],
  ['flv', 'aac'],
  ['flv', 'mp3'],
  ['asf', 'pcm_s16le'],
];

const JUMPS: [...Pair, seconds: number][] = [
  ['live webm', 'opus', 13 * HOUR],
  ['live webm', 'vorbis', 70],
  ['webm', 'opus', 13 * HOUR],
  ['mkv', 'flac', 61],
  ['mkv', 'pcm_s16le', 300 * HOUR],
  ['mkv', 'aac', 13 * HOUR],
  ['flv', 'mp3', 13 * HOUR],
  ['flv', 'aac', 70],
  ['ts', 'ac3', 5 * HOUR],
  ['ts', 'aac', 70],
  ['mp4', 'aac', 10 * HOUR],
  ['mov', 'alac', 70],
  ['fragmented mp4', 'aac', 70],
  ['asf', 'mp3', 90],
];

const FAR: [...Pair, seconds: number][] = [
  ['mkv', 'aac', 26 * HOUR],
  ['mka', 'flac', 26 * HOUR],
  ['live webm', 'opus', 26 * HOUR],
  ['webm', 'vorbis', 1000 * HOUR],
  ['flv', 'aac', 26 * HOUR],
  ['flv', 'mp3', 400 * HOUR],
  ['ts', 'aac', 26 * HOUR],
  ['m2ts', 'ac3', 20 * HOUR],
  ['mpeg', 'mp2', 20 * HOUR],
  ['fragmented mp4', 'aac', 26 * HOUR],
  ['mp4', 'aac', 26 * HOUR],
  ['asf', 'pcm_s16le', 10 * HOUR],
];

/** The clock of MPEG has 33 bits at 90 kHz, and the muxer adds 1.4 s: it begins anew in the middle of the film. */
const WRAP = 2 ** 33 / 90_000 - 3.4;
const WRAPS: Pair[] = [
  ['ts', 'aac'],
  ['ts', 'mp2'],
  ['m2ts', 'ac3'],
  ['mpeg', 'mp2'],
];

const farFilm = ([container, codec]: Pair, seconds: number): Film => ({
  container,
  codec,
  startsAt: seconds,
});

const extremes: Row[] = [
  filmRow('timeline', 'sound 59 s late', { container: 'mkv', codec: 'flac', late: 59, seconds: 2 }),
  filmRow('timeline', 'sound 20 ms late', { container: 'mov', codec: 'pcm_s16le', late: 0.02 }),
  filmRow('timeline', 'sound 80 ms late', { container: 'mp4', codec: 'alac', late: 0.08 }),
  filmRow('timeline', 'a hole of 59 s', {
    container: 'mkv',
    codec: 'pcm_s16le',
    holes: [{ at: 1.5, seconds: 59 }],
  }),
  filmRow('timeline', 'a hole of 0.3 s', {
    container: 'mkv',
    codec: 'flac',
    holes: [{ at: 1.5, seconds: 0.3 }],
  }),
  filmRow('timeline', 'three holes', {
    ...{ container: 'ts', codec: 'ac3', seconds: 6 },
    holes: [1, 2.5, 4].map((at) => ({ at, seconds: 0.8 })),
  }),
  filmRow('timeline', 'a hole in sound of 11,111 Hz', {
    ...{ container: 'mkv', codec: 'pcm_s16le', rate: 11_111, holes: [{ at: 1.5, seconds: 2 }] },
  }),
  filmRow('timeline', 'a hole in 5.1', {
    ...{ container: 'mkv', codec: 'ac3', layout: '5.1(side)', holes: [{ at: 1.5, seconds: 2 }] },
  }),
  filmRow('timeline', 'a hole in a file without picture', {
    ...{ container: 'mka', codec: 'flac', holes: [{ at: 1.5, seconds: 2 }] },
  }),
  filmRow('clock', 'a hole, and after it a jump of 13 h', {
    ...{ container: 'mkv', codec: 'flac', seconds: 6, isPictureHeld: true },
    holes: [
      { at: 1.5, seconds: 2 },
      { at: 4, seconds: 13 * HOUR },
    ],
  }),
  filmRow('clock', 'two jumps', {
    ...{ container: 'live webm', codec: 'opus', seconds: 6, isPictureHeld: true },
    holes: [
      { at: 1.5, seconds: 70 },
      { at: 4, seconds: 13 * HOUR },
    ],
  }),
  filmRow('clock', 'starts at 26 h, with a hole', {
    ...farFilm(['mkv', 'flac'], 26 * HOUR),
    holes: [{ at: 1.5, seconds: 2 }],
  }),
  filmRow('clock', 'starts at 26 h, with sound 3 s late', { ...farFilm(['ts', 'ac3'], 20 * HOUR), late: 3 }),
];

/** Sound that begins behind what ffprobe reads by default, which is 5 MB and 5 s. */
const DEEP: Pair[] = [
  ['flv', 'mp3'],
  ['flv', 'aac'],
  ['mpeg', 'mp2'],
  ['vob', 'ac3'],
  ['ts', 'aac'],
  ['ts', 'ac3'],
  ['m2ts', 'dts'],
];

function deepRow([container, codec]: Pair): Row {
  const film: Film = { container, codec, late: 9, seconds: 3 };
  const { video = [] } = containerOf(container);
  return {
    ...filmRow('timeline', 'sound begins after 9 s and 7 MB', film),
    make: async (bench) => {
      // Noise cannot be compressed.
      const noise = ['-f', 'lavfi', '-i', 'nullsrc=s=320x240:r=25:d=12,geq=random(1)*255:128:128'];
      const encode = [...video, '-b:v', '8M', '-minrate', '8M', '-maxrate', '8M', '-bufsize', '8M'];
      const picture = await bench.ffmpeg(...noise, ...encode, ...containerOf(container).mux);
      return makeFilm(bench, { ...film, picture });
    },
  };
}

export const timelineRows: Row[] = [
  ...LATE.map(([container, codec]) => filmRow('timeline', 'sound 3 s late', { container, codec, late: 3 })),
  ...HOLES.map(([container, codec]) =>
    filmRow('timeline', 'a hole of 2 s', { container, codec, holes: [{ at: 1.5, seconds: 2 }] }),
  ),
  ...JUMPS.map(([container, codec, seconds]) =>
    filmRow('clock', `a jump of ${seconds < HOUR ? `${seconds} s` : `${seconds / HOUR} h`}`, {
      ...{ container, codec, holes: [{ at: 1.5, seconds }], isPictureHeld: true },
    }),
  ),
  ...FAR.map(([container, codec, seconds]) =>
    filmRow('clock', `starts at ${seconds / HOUR} h`, farFilm([container, codec], seconds)),
  ),
  ...WRAPS.map((pair) => filmRow('clock', 'the clock begins anew after 2 s', farFilm(pair, WRAP))),
  ...extremes,
  ...DEEP.map(deepRow),
  lateAndHole(),
  setBackRow(),
];

function lateAndHole(): Row {
  const film: Film = { container: 'flv', codec: 'mp3', late: 3 };
  const expected = whole({ ...film, holes: [{ at: 1.5, seconds: 2 }] });
  return {
    ...filmRow('timeline', 'sound 3 s late, with a hole of 2 s', film),
    // The timestamps of the sound begin at 3 s.
    make: (bench) => makeFilm(bench, { ...film, holes: [{ at: 4.5, seconds: 2 }] }),
    expected: { mp3: expected },
  };
}

/** Two recordings in one file: the second one's clock begins at zero again. */
function setBackRow(): Row {
  const film: Film = { container: 'ts', codec: 's302m', seconds: 2 };
  const mp3 = whole({ ...film, seconds: 4 });
  return {
    ...filmRow('clock', 'is set back to zero after 2 s', film),
    make: async (bench) => {
      const parts = [await makeFilm(bench, film), await makeFilm(bench, { ...film, from: 2 })];
      const [first = '', second = ''] = parts;
      const tail = await readFile(second);
      return bench.edit(first, (bytes) => Buffer.concat([bytes, tail]));
    },
    expected: { mp3 },
  };
}
