import { readFile } from 'node:fs/promises';
import { mp3Rate, whole } from '../expected.ts';
import { type Film, makeFilm, soundOf } from '../film.ts';
import type { Row } from '../row.ts';
import { filmRow } from './plain.ts';

/** How far the second part may be from its place: players differ by what an encoder adds at the end of the first. */
const TOLERANCE = 0.1;
const SECONDS = 3;
/** One channel among two may have its own level or, as with ffmpeg by hand, its own power: 3 dB less. */
const MONO_DB = 3.1;

type Case = [first: Film, second: Partial<Film>];
const CASES: Case[] = [
  [{ container: 'ts', codec: 'ac3', layout: '5.1(side)' }, { layout: 'stereo' }],
  [{ container: 'ts', codec: 'ac3', layout: 'stereo' }, { layout: '5.1(side)' }],
  [{ container: 'ts', codec: 'aac', layout: '5.1' }, { layout: 'stereo' }],
  [{ container: 'ts', codec: 'aac', rate: 48_000 }, { rate: 44_100 }],
  [{ container: 'ts', codec: 'mp2', rate: 48_000 }, { rate: 32_000 }],
  [{ container: 'm2ts', codec: 'eac3', layout: 'stereo' }, { layout: '5.1(side)' }],
  [{ container: 'ac3', codec: 'ac3', layout: '5.1(side)' }, { layout: 'stereo' }],
  [{ container: 'ac3', codec: 'ac3', layout: 'stereo' }, { layout: 'mono' }],
  [{ container: 'adts', codec: 'aac', layout: 'stereo' }, { layout: 'mono' }],
  [{ container: 'adts', codec: 'aac', rate: 44_100 }, { rate: 48_000 }],
  [{ container: 'mp3 (no Xing header)', codec: 'mp3', layout: 'stereo' }, { layout: 'mono' }],
  [{ container: 'mp3 (no Xing header)', codec: 'mp3', rate: 48_000 }, { rate: 44_100 }],
  [{ container: 'mpeg', codec: 'mp2', layout: 'stereo' }, { layout: 'mono' }],
  [{ container: 'ogg', codec: 'vorbis', rate: 48_000 }, { rate: 44_100 }],
];

const nameOf = ({ layout, rate }: Film) => [layout, rate && `${rate} Hz`].filter(Boolean).join(', ');

function changeRow([first, change]: Case): Row {
  const head: Film = { ...first, seconds: SECONDS };
  const tail: Film = { ...head, ...change, from: SECONDS };
  const mp3 = whole(head);
  const isUpmix = soundOf(head).layout === 'stereo' && soundOf(tail).layout === 'mono';
  const wide = soundOf(head).layout !== 'mono' ? mp3.channels : 2;
  const rest = whole(tail).pieces.map((one) => ({
    ...one,
    // A resampler in between, and a codec at the joint, cost a little.
    ...{ tolerance: TOLERANCE, levelDb: isUpmix ? MONO_DB : Math.max(one.levelDb, 0.15) },
    piece: { ...one.piece, at: one.piece.at + SECONDS },
  }));
  return {
    ...filmRow('format change', `${nameOf(first)}, then ${nameOf({ ...first, ...change })}`, head),
    // Both clocks begin at the same time: players and ffmpeg go on where the first part ends.
    make: async (bench) => {
      const second = await readFile(await makeFilm(bench, tail));
      return bench.edit(await makeFilm(bench, head), (bytes) => Buffer.concat([bytes, second]));
    },
    expected: {
      mp3: {
        ...{ ...mp3, channels: wide, warnings: [], optionalWarnings: ['downmixed'] },
        pieces: [...mp3.pieces, ...rest],
        otherRate: mp3Rate(soundOf(tail).rate),
        length: [
          Math.floor((2 * SECONDS - TOLERANCE) * mp3.rate),
          Math.ceil((2 * SECONDS + 2 * TOLERANCE) * mp3.rate),
        ],
      },
    },
  };
}

export const formatChangeRows: Row[] = CASES.map(changeRow);
