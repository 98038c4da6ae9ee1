import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { MATRIX_OPTIONS, mixFilter, type SourceChannels } from './mixdown.ts';
import { MIN_HOLE_SECONDS, type StartTimes, timelineExpression } from './timeline.ts';

/** Samples of the MP3's rate, counted on the clock of the MP3 before anything is cut off. */
export interface SampleRange {
  from: number;
  to: number;
}

export interface FilterChain {
  source: SourceChannels & StartTimes;
  options: Pick<ConversionOptions, 'channels'>;
  /** Sample rate of the MP3 in Hz. */
  rate: number;
  range: SampleRange;
  /** Filters that come last, for example a gain. */
  finish?: readonly string[];
}

/**
 * Returns the filters between the decoder and the encoder. Every conversion uses them, also one that only measures the
 * loudness or encodes only a part, so that all of them see the same samples: place the sound on the film's clock, mix it,
 * fill holes with silence, resample, and select a range by counting samples.
 */
export function filterChain({ source, options, rate, range, finish = [] }: FilterChain): string {
  const mix = mixFilter(source, options.channels);
  return [
    `asetpts='${timelineExpression(source)}'`,
    ...(mix === undefined ? [] : [mix]),
    `aresample=${[rate, ...FILL_HOLES, ...MATRIX_OPTIONS].join(':')}`,
    `aformat=channel_layouts=${layouts(options.channels)}`,
    `atrim=start_sample=${range.from}:end_sample=${range.to}`,
    'asetpts=N/SR/TB',
    ...finish,
  ].join(',');
}

/** Fills holes, from the start of the film on. A difference below the shortest hole is only the resampler's rounding. */
const FILL_HOLES = [
  'async=1',
  'first_pts=0',
  `min_comp=${MIN_HOLE_SECONDS / 2}`,
  `min_hard_comp=${MIN_HOLE_SECONDS / 2}`,
];

/** Without a request, mono stays mono, and ffmpeg takes stereo for everything else. */
function layouts(channels: 1 | 2 | undefined): string {
  if (channels === undefined) return 'mono|stereo';
  return channels === 1 ? 'mono' : 'stereo';
}

/** Bounds of a conversion, in seconds. */
export interface SoundLimits {
  /** Limit of the length of the MP3. */
  maxDurationSeconds: number;
  /** How much sound a file of this size may hold, with the silence in its holes. Undefined where there is no limit. */
  maxSoundSeconds?: number | undefined;
}

/** Returns the range that the options select. The bounds are rounded to samples. */
export function requestedRange(
  { start = 0, end = Number.POSITIVE_INFINITY }: Pick<ConversionOptions, 'start' | 'end'>,
  rate: number,
  { maxDurationSeconds, maxSoundSeconds = Number.POSITIVE_INFINITY }: SoundLimits,
): SampleRange {
  const from = Math.round(start * rate);
  // One second more than allowed, so that a longer sound can be recognized.
  const most = Math.min(
    from + Math.ceil((maxDurationSeconds + 1) * rate),
    Math.ceil((maxSoundSeconds + 1) * rate),
  );
  // A range that begins behind the limit is empty.
  return { from, to: Math.max(from, Math.min(Math.round(end * rate), most)) };
}
