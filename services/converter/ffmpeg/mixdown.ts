/** What the mix depends on. */
export interface SourceChannels {
  channels: number | undefined;
  /** The layout as ffprobe names it, such as `5.1(side)` or `ambisonic 1`. Undefined where the file states none. */
  channelLayout?: string | undefined;
}

/** The weight of 1/√2 with which ITU-R BS.775 mixes the centre and the surround channels into left and right: −3 dB. */
const MINUS_3_DB = Math.SQRT1_2;
/** The largest number of channels for which ffmpeg assumes a layout of loudspeakers where the file states none. */
const MAX_ASSUMED = 8;

/**
 * Options of the filter `aresample` for a mix as ITU-R BS.775 describes it, scaled so that no sum can exceed full scale.
 * Without `rematrix_maxval` ffmpeg scales the mix of integer samples alone, so that 5.1 would be 7.65 dB louder, and clip, from
 * AAC than from FLAC. The mix leaves out the low-frequency channel.
 */
export const MATRIX_OPTIONS = ['rematrix_maxval=1', 'lfe_mix_level=0'];

/**
 * Returns a filter for sound that ffmpeg's own matrices do not cover, or undefined where they do:
 *
 * - Ambisonics (ACN order): left is W + Y and right is W − Y, where W is all sound and Y is left minus right.
 * - Other channels: the first is left, the second is right, and the others go to both, 3 dB quieter.
 *
 * Like the matrices, the mix is scaled so that no sum can exceed full scale.
 */
export function mixFilter(source: SourceChannels, requested?: 1 | 2): string | undefined {
  const sides = sidesOf(source);
  if (!sides) return undefined;
  // `pan` refuses a layout that it does not know where it has nothing to add.
  if (source.channels === 2 && requested !== 1) return 'channelmap=map=0|1:channel_layout=stereo';
  const mixes = requested === 1 ? [middleOf(sides)] : sides;
  const outputs = mixes.map((weights, output) => `|c${output}=${sum(normalized(weights))}`);
  return `pan=${mixes.length === 1 ? 'mono' : 'stereo'}${outputs.join('')}`;
}

/** The weight of each channel. */
type Weights = readonly number[];

function sidesOf({ channels = 1, channelLayout }: SourceChannels): [Weights, Weights] | undefined {
  if (channels < 2) return undefined;
  if (channelLayout?.startsWith('ambisonic')) {
    return [
      [1, 1],
      [1, -1],
    ];
  }
  if (hasMatrix(channels, channelLayout)) return undefined;
  const others = Array<number>(channels - 2).fill(MINUS_3_DB);
  return [
    [1, 0, ...others],
    [0, 1, ...others],
  ];
}

const PAIRS = ['FL+FR', 'SL+SR', 'BL+BR', 'FLC+FRC'].map((pair) => pair.split('+'));

/**
 * Whether ffmpeg has a matrix for the layout (`sane_layout` in libswresample): it needs a loudspeaker in front, and both
 * loudspeakers of each pair. ffmpeg names a layout that has no name of its own like `3 channels (FL+FR+BC)`.
 */
function hasMatrix(channels: number, layout: string | undefined): boolean {
  if (layout === undefined || layout === 'unknown' || /^\d+ channels$/.test(layout)) {
    return channels <= MAX_ASSUMED;
  }
  const names = /^\d+ channels \(([A-Z0-9+]+)\)$/.exec(layout)?.[1]?.split('+');
  if (!names) return true;
  const isInFront = ['FL', 'FR', 'FC'].some((name) => names.includes(name));
  return (
    isInFront && PAIRS.every(([left = '', right = '']) => names.includes(left) === names.includes(right))
  );
}

const middleOf = ([left, right]: [Weights, Weights]): Weights =>
  left.map((weight, index) => (weight + (right[index] ?? 0)) / 2);

function normalized(weights: Weights): Weights {
  const total = weights.reduce((all, weight) => all + Math.abs(weight), 0);
  return weights.map((weight) => weight / Math.max(1, total));
}

const sum = (weights: Weights): string =>
  weights
    .flatMap((weight, channel) =>
      weight === 0 ? [] : `${weight < 0 ? '-' : '+'}${Math.abs(weight).toFixed(6)}*c${channel}`,
    )
    .join('')
    .replace(/^\+/, '');
