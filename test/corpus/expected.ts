import { type Film, soundOf } from './film.ts';
import type { Piece } from './measure.ts';

/** A piece of the sound, and how exactly it has to be there. */
export interface ExpectedPiece {
  piece: Piece;
  /** Seconds by which its place may differ. */
  tolerance: number;
  snrDb: number;
  worst: number;
  levelDb: number;
}

export interface ExpectedWarning {
  /** A code, or several with «|» between them, one of which it has to be. */
  code: string;
  seconds?: number | undefined;
  of_seconds?: number | undefined;
  at_seconds?: number | undefined;
}

/** What a file has to become. */
export interface Mp3 {
  /** Samples per second. */
  rate: number;
  channels: 1 | 2;
  /** A rate that is as right, where the sound changes its own. */
  otherRate?: number;
  pieces: ExpectedPiece[];
  /** Times in seconds between which nothing may be heard. */
  silences: [from: number, to: number][];
  /** Bounds of the number of samples. */
  length: [least: number, most: number];
  warnings: ExpectedWarning[];
  /** Codes of warnings that may be there or not. */
  optionalWarnings: string[];
  /** Whether the length has to be that of ffmpeg's own decoding of the file, within 50 ms. */
  isLengthOfFile?: boolean;
}

export type Expected = { mp3: Mp3 } | { failures: readonly string[] };

/** Everybody may differ from the formula by this many samples: half a sample of rounding at each end. */
const ROUNDING = 1;
const LEVEL_DB = 0.1;
/** A longest packet of sound: within this of a hole, it is not looked whether there is sound. */
const PACKET = 0.12;
const MAX_SILENCE = 60;

const MP3_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/** The rate of the MP3: the source's own where MP3 has it, else the next higher, else one that divides it. */
export function mp3Rate(rate: number): number {
  if (rate > 48_000) return rate % 11_025 === 0 ? 44_100 : 48_000;
  return MP3_RATES.find((one) => one >= rate) ?? 48_000;
}

/** What the file becomes: the sound with its silences, and long holes closed. */
export function whole(film: Film): Mp3 {
  const sound = soundOf(film);
  const { codec, rate, layout, seconds, samples, isTrimmed, container } = sound;
  const channels = layout === 'mono' ? 1 : 2;
  const out = mp3Rate(rate);
  const late = film.late ?? 0;
  const priming = isTrimmed ? codec.delay : (codec.priming ?? 0);
  /** Seconds by which the sound is late in its own track, and that of the track in the film. */
  const delay = (isTrimmed ? 0 : codec.delay) / rate;
  const isClosed = late > MAX_SILENCE;
  const early = isTrimmed && !container.isEarly ? 0 : priming / rate;
  const start = late === 0 || isClosed ? 0 : late - early;
  const isPlaced = late !== 0 && container.hasEditList;
  const tick = Math.max(container.tick ?? 0, isPlaced ? 0.001 : 0);
  const tolerance =
    (ROUNDING + (codec.slack ?? 0)) / Math.min(rate, out) +
    (film.holes || late ? tick : 0) +
    (codec.levelDb ? 3 / rate : 0);
  // LAME is less exact at low rates.
  const worst = out < 16_000 ? Math.min(codec.worst, 0.98) : codec.worst;
  const quality = { snrDb: codec.snrDb, worst, levelDb: codec.levelDb ?? LEVEL_DB };
  const { voice, gain, isSame } = sound;
  const make = (from: number, to: number, shift: number): ExpectedPiece => {
    // What would begin before the MP3, or has not been flushed by the encoder, is missing.
    const missing = Math.max(0, -(from + shift + start + delay));
    const at = from + missing + shift + start + delay;
    const unflushed = to === seconds && !codec.isExact ? Math.abs(codec.delay) / rate : 0;
    return {
      piece: {
        ...{ voice, layout, gain, isSame, from: sound.from + from + missing, at },
        seconds: Math.max(0, to - from - missing - unflushed),
      },
      ...{ tolerance, ...quality },
    };
  };

  const pieces: ExpectedPiece[] = [];
  const silences: [number, number][] = start > PACKET ? [[0, start - PACKET]] : [];
  const warnings: ExpectedWarning[] = channels < 2 || layout === 'stereo' ? [] : [{ code: 'downmixed' }];
  if (isClosed) warnings.push({ code: 'gap_closed', seconds: late, at_seconds: 0 });
  let [from, inserted] = [0, 0];
  for (const hole of film.holes ?? []) {
    if (hole.seconds > MAX_SILENCE) {
      warnings.push({ code: 'gap_closed', seconds: hole.seconds, at_seconds: hole.at + inserted + start });
      continue;
    }
    pieces.push(make(from, hole.at - PACKET, inserted));
    const silence = hole.at + inserted + start + delay + PACKET;
    silences.push([silence, silence - 2 * PACKET + hole.seconds]);
    inserted += hole.seconds;
    from = hole.at + PACKET;
  }
  pieces.push(make(from, seconds, inserted));
  const frames = (count: number) => Math.ceil(count / codec.frame) * codec.frame;
  const cut = isTrimmed ? codec.delay : 0;
  const isExact = codec.isExact || container.trimsEnd?.includes(film.codec);
  const least = isExact
    ? samples
    : Math.min(samples, frames(samples) - Math.max(cut, 0)) + Math.min(0, codec.delay);
  const most = isExact ? samples : frames(samples + Math.max(0, codec.delay)) + codec.frame - cut;
  const scale = (count: number) => (count / rate + inserted + start) * out;
  const slack =
    (out === rate ? 0 : 2) +
    (codec.slack && (film.holes || late) ? codec.slack : 0) +
    Math.ceil((film.holes || late ? tick : 0) * out);
  return {
    ...{ rate: out, channels, pieces, silences, warnings, optionalWarnings: [] },
    length: [Math.floor(scale(least)) - slack, Math.ceil(scale(most)) + slack],
  };
}
