import type { ConversionOptions } from '../../../services/shared/jobs/conversion-options.ts';
import { type ExpectedPiece, type Mp3, whole } from '../expected.ts';
import type { Film } from '../film.ts';
import type { Row } from '../row.ts';
import { filmRow } from './plain.ts';

/** Codecs at low bit rates are not as near to the source. */
const LOW = { snrDb: 12, worst: 0.9, levelDb: 0.6 };

/** What `start` and `end` leave of an MP3: exactly so many samples. */
function cutTo(mp3: Mp3, start: number, end: number): Mp3 {
  const samples = Math.round(end * mp3.rate) - Math.round(start * mp3.rate);
  const inside = (at: number) => Math.min(Math.max(at - start, 0), end - start);
  return {
    ...mp3,
    pieces: mp3.pieces.flatMap((one): ExpectedPiece[] => {
      const { piece } = one;
      const [at, to] = [inside(piece.at), inside(piece.at + piece.seconds)];
      return to <= at
        ? []
        : [{ ...one, piece: { ...piece, from: piece.from + at + start - piece.at, at, seconds: to - at } }];
    }),
    silences: mp3.silences.map(([from, to]) => [inside(from), inside(to)]),
    length: [samples, samples],
  };
}

/** The MP3 at another rate. */
const atRate = (mp3: Mp3, rate: number): Mp3 => ({
  ...{ ...mp3, rate },
  length: [
    Math.floor((mp3.length[0] / mp3.rate) * rate) - 2,
    Math.ceil((mp3.length[1] / mp3.rate) * rate) + 2,
  ],
});

const withQuality = (mp3: Mp3, quality: typeof LOW): Mp3 => ({
  ...mp3,
  pieces: mp3.pieces.map((one) => ({ ...one, ...quality })),
});

/** One channel on two may keep its level or, as with ffmpeg by hand, its power: 3 dB less. */
const twoOfOne = (mp3: Mp3): Mp3 => ({
  ...{ ...mp3, channels: 2 },
  pieces: mp3.pieces.map((one) => ({ ...one, levelDb: 3.1 })),
});

type Case = [film: Film, options: ConversionOptions, change: (mp3: Mp3) => Mp3];
const holes = [{ at: 1.5, seconds: 2 }];

const CASES: Case[] = [
  [{ container: 'wav', codec: 'pcm_s16le' }, { start: 1, end: 3 }, (mp3) => cutTo(mp3, 1, 3)],
  [
    { container: 'mkv', codec: 'flac' },
    { start: 0.12345, end: 2.34567 },
    (mp3) => cutTo(mp3, 0.12345, 2.34567),
  ],
  [{ container: 'mp4', codec: 'aac' }, { start: 1.5, end: 3.25 }, (mp3) => cutTo(mp3, 1.5, 3.25)],
  [
    { container: 'flac', codec: 'flac', rate: 96_000 },
    { start: 1.001, end: 2.002 },
    (mp3) => cutTo(mp3, 1.001, 2.002),
  ],
  [{ container: 'mkv', codec: 'flac', late: 3 }, { start: 2.5, end: 6 }, (mp3) => cutTo(mp3, 2.5, 6)],
  [{ container: 'mov', codec: 'alac', holes }, { start: 1, end: 5 }, (mp3) => cutTo(mp3, 1, 5)],
  [{ container: 'ts', codec: 'ac3', holes }, { start: 2.5, end: 5.5 }, (mp3) => cutTo(mp3, 2.5, 5.5)],
  [
    { container: 'mkv', codec: 'pcm_s16le', startsAt: 93_600 },
    { start: 1, end: 2 },
    (mp3) => cutTo(mp3, 1, 2),
  ],
  [{ container: 'ogg', codec: 'vorbis' }, { start: 1, end: 2 }, (mp3) => cutTo(mp3, 1, 2)],
  [{ container: 'wav', codec: 'pcm_s16le' }, { end: 0.5 }, (mp3) => cutTo(mp3, 0, 0.5)],
  [{ container: 'wav', codec: 'pcm_s16le' }, { start: 3.5 }, (mp3) => cutTo(mp3, 3.5, 4)],
  [{ container: 'wav', codec: 'pcm_s16le' }, { start: 3, end: 9 }, (mp3) => cutTo(mp3, 3, 4)],
  [{ container: 'flac', codec: 'flac', layout: '5.1' }, { channels: 1 }, (mp3) => ({ ...mp3, channels: 1 })],
  [{ container: 'mkv', codec: 'aac', layout: '7.1' }, { channels: 1 }, (mp3) => ({ ...mp3, channels: 1 })],
  [{ container: 'wav', codec: 'pcm_s16le' }, { channels: 1 }, (mp3) => ({ ...mp3, channels: 1 })],
  [{ container: 'mp4', codec: 'aac' }, { channels: 1 }, (mp3) => ({ ...mp3, channels: 1 })],
  [{ container: 'ts', codec: 'ac3', layout: 'mono' }, { channels: 2 }, twoOfOne],
  [{ container: 'wav', codec: 'pcm_s16le', layout: 'mono' }, { channels: 2 }, twoOfOne],
  [{ container: 'wav', codec: 'pcm_s16le' }, { sample_rate: 44_100 }, (mp3) => atRate(mp3, 44_100)],
  [
    { container: 'mkv', codec: 'ac3', layout: '5.1(side)' },
    { sample_rate: 32_000 },
    (mp3) => atRate(mp3, 32_000),
  ],
  [{ container: 'm4a', codec: 'alac', rate: 44_100 }, { sample_rate: 48_000 }, (mp3) => atRate(mp3, 48_000)],
  [{ container: 'ts', codec: 'mp2', holes }, { sample_rate: 24_000 }, (mp3) => atRate(mp3, 24_000)],
  [{ container: 'wav', codec: 'pcm_s16le' }, { bitrate: 320 }, (mp3) => mp3],
  [{ container: 'mkv', codec: 'flac' }, { bitrate: 128 }, (mp3) => withQuality(mp3, LOW)],
  [{ container: 'mkv', codec: 'flac' }, { quality: 9 }, (mp3) => withQuality(mp3, LOW)],
];

/** Parts that are encoded side by side fit together to the sample, whatever the timestamps are. */
const PARALLEL: Film[] = [
  { container: 'wav', codec: 'pcm_s16le' },
  { container: 'mp4', codec: 'aac' },
  { container: 'mkv', codec: 'flac', late: 3 },
  { container: 'mkv', codec: 'flac', holes },
  { container: 'ts', codec: 'ac3', holes, layout: '5.1(side)' },
  { container: 'flv', codec: 'mp3', holes: [{ at: 1.5, seconds: 70 }], isPictureHeld: true },
  { container: 'webm', codec: 'opus', startsAt: 93_600 },
  { container: 'wav', codec: 'pcm_s16le', rate: 11_111 },
  { container: 'mp4', codec: 'alac', holes },
  { container: 'mpeg', codec: 'mp2', late: 3 },
];
const PARALLEL_SECONDS = 8;

export const parallelRows: Row[] = [
  ...PARALLEL.map((film): Row => {
    const what = [
      film.late && 'late',
      film.holes && 'a hole',
      film.startsAt && 'far from zero',
      film.rate,
    ].filter(Boolean);
    return {
      ...filmRow('parallel', what.join(', ') || 'as it is', { ...film, seconds: PARALLEL_SECONDS }),
      isParallel: true,
    };
  }),
  {
    ...filmRow('parallel', 'start=1, end=7, a hole', {
      container: 'mkv',
      codec: 'flac',
      holes,
      seconds: PARALLEL_SECONDS,
    }),
    ...{ isParallel: true, options: { start: 1, end: 7 } },
    expected: {
      mp3: cutTo(whole({ container: 'mkv', codec: 'flac', holes, seconds: PARALLEL_SECONDS }), 1, 7),
    },
  },
];

export const optionRows: Row[] = CASES.map(([film, options, change]) => {
  const what = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const { late, holes: gaps, layout, startsAt } = film;
  const faults = [late && 'late', gaps && 'a hole', layout, startsAt && 'far from zero'].filter(Boolean);
  return {
    ...filmRow('options', [...what, ...faults].join(', '), film),
    options,
    expected: { mp3: change(whole(film)) },
  };
});
