import { type CodecName, codecOf } from './codecs.ts';
import { type ContainerName, containerOf, SAMPLE } from './containers.ts';
import { LAYOUTS, type Layout, type Voice } from './sound.ts';
import type { Bench } from './workshop.ts';

/** A file of the corpus: container, codec and what is unusual about it. */
export interface Film {
  container: ContainerName;
  codec: CodecName;
  layout?: Layout;
  /** Samples per second. */
  rate?: number;
  /** Length of the sound. */
  seconds?: number;
  voice?: Voice;
  /** Where it begins in the sound, in seconds. */
  from?: number;
  gain?: number;
  isSame?: boolean;
  /** How much later than the picture the sound begins, in seconds. */
  late?: number;
  /** Holes in the timestamps of the sound. */
  holes?: readonly Hole[];
  /** Whether the timestamps of the picture have the same holes. */
  isPictureHeld?: boolean;
  /** Without a picture, although the container could hold one. */
  isSoundOnly?: boolean;
  /** Time of the film's beginning on its own clock, in seconds. */
  startsAt?: number;
  /** More arguments of the output, such as `-metadata`. */
  output?: readonly string[];
  /** How much longer than the sound the picture is, in seconds. It may be below zero. */
  pictureMore?: number;
  /** Path of a picture that is there already. */
  picture?: string;
}

export interface Hole {
  /** Where it is, in seconds of the sound without holes. */
  at: number;
  seconds: number;
}

/** The fields of a film with their defaults. */
export function soundOf(film: Film) {
  const codec = codecOf(film.codec);
  const container = containerOf(film.container);
  const rate = film.rate ?? codec.rate ?? 48_000;
  const seconds = film.seconds ?? 4;
  return {
    codec,
    container,
    rate,
    seconds,
    samples: Math.round(seconds * rate),
    layout: film.layout ?? codec.layout ?? 'stereo',
    voice: film.voice ?? 'main',
    from: film.from ?? 0,
    gain: film.gain ?? 1,
    isSame: film.isSame ?? false,
    hasPicture: container.video !== undefined && !film.isSoundOnly,
    isTrimmed:
      (container.trims?.includes(film.codec) ?? false) &&
      // Opus states its priming in the codec's own header.
      !(container.hasEditList && film.codec !== 'opus' && (film.late || film.startsAt)),
  } as const;
}

/** ffmpeg arguments that read the sound of a film. */
export async function soundInput(bench: Bench, film: Film): Promise<string[]> {
  const { voice, layout, rate, samples, from, gain, isSame } = soundOf(film);
  const path = await bench.sound({ voice, layout, rate, samples, from, gain, isSame });
  return ['-f', 'f32le', '-ar', String(rate), '-ch_layout', layout, '-i', path];
}

/** ffmpeg arguments that draw a picture of 64 × 48 pixels. */
export const pictureInput = (seconds: number): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=64x48:r=25:d=${seconds}`],
];

/** ffmpeg's MP4 muxer multiplies 25 pictures a second by two until it has 10,000 at least. */
const MP4_PICTURE_UNITS = 12_800;

/** Units a second of the timestamps of a film, for sound and picture. */
function unitsOf({ container, rate }: ReturnType<typeof soundOf>): { sound: number; picture: number } {
  const { tick = SAMPLE } = container;
  if (tick === SAMPLE) return { sound: rate, picture: MP4_PICTURE_UNITS };
  const units = Math.round(1 / tick);
  return { sound: units, picture: units };
}

/**
 * Adds the holes to the timestamps of all packets behind them. `setts` gets timestamps in the unit of the muxer, while its
 * variable `TB` is the unit of the encoder.
 */
const holesFilter = (holes: readonly Hole[], units: number): string =>
  `setts=ts='TS${holes.map(({ at, seconds }) => `+gte(TS,${at * units})*${Math.round(seconds * units)}`).join('')}'`;

/** Arguments of the encoder. Bit rates are meant for two channels. */
function encodeArguments({ codec, layout }: ReturnType<typeof soundOf>): string[] {
  const channels = LAYOUTS[layout].length;
  if (channels <= 2) return [...codec.encode];
  return codec.encode.map((word) => word.replace(/^256k$/, `${128 * channels}k`));
}

/** Makes the file. */
export async function makeFilm(bench: Bench, film: Film): Promise<string> {
  const sound = soundOf(film);
  const { container, hasPicture, seconds } = sound;
  const units = unitsOf(sound);
  const holes = film.holes ?? [];
  const silent = film.isPictureHeld ? 0 : holes.reduce((total, hole) => total + hole.seconds, 0);
  const late = film.late ?? 0;
  const picture =
    film.picture === undefined
      ? pictureInput(seconds + silent + late + (film.pictureMore ?? 0))
      : ['-i', film.picture];
  return bench.ffmpeg(
    ...(hasPicture ? picture : []),
    ...(late === 0 ? [] : ['-itsoffset', String(late)]),
    ...(await soundInput(bench, film)),
    ...(hasPicture ? ['-map', '0:v', '-map', '1:a'] : []),
    ...(hasPicture ? (film.picture === undefined ? (container.video ?? []) : ['-c:v', 'copy']) : []),
    // PCM has no packets of its own: these are as long as those of AAC.
    ...(film.codec.startsWith('pcm') ? ['-af', 'asetnsamples=n=1024:p=0'] : []),
    ...encodeArguments(sound),
    ...(holes.length === 0 ? [] : ['-bsf:a', holesFilter(holes, units.sound)]),
    ...(film.isPictureHeld && hasPicture ? ['-bsf:v', holesFilter(holes, units.picture)] : []),
    ...(film.startsAt === undefined ? [] : ['-output_ts_offset', String(film.startsAt)]),
    ...(film.output ?? []),
    ...container.mux,
  );
}
