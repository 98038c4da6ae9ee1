/** The height of the drawing, in its own units. Its width is `BAR` units for each bar. */
export const HEIGHT = 64;
export const BAR = 4;
const FULL_SCALE = 255;
/** The least half of a bar, so that silence is a line of dots. */
const LEAST = 1;
/** Quiet sound is drawn higher, but never so much that noise looks like sound. */
const MAX_GAIN = 4;

/**
 * The heights of `count` bars, each from 0 to 1: the loudest of the peaks that fall into it. Where there are fewer peaks than bars,
 * a peak fills several of them.
 * @param peaks each from 0 to 255
 */
export function barsOf(peaks: readonly number[], count: number): number[] {
  const loudest = peaks.reduce((most, peak) => Math.max(most, peak), 0);
  const gain = loudest === 0 ? 0 : Math.min(MAX_GAIN, FULL_SCALE / loudest);
  return Array.from({ length: count }, (_, bar) => {
    const first = Math.floor((bar * peaks.length) / count);
    const end = Math.max(first + 1, Math.floor(((bar + 1) * peaks.length) / count));
    const peak = peaks.slice(first, end).reduce((most, value) => Math.max(most, value), 0);
    return (peak * gain) / FULL_SCALE;
  });
}

/** The path of an SVG element that draws the bars, one vertical stroke each. */
export function pathOf(bars: readonly number[]): string {
  const middle = HEIGHT / 2;
  return bars
    .map((height, bar) => {
      const half = Math.max(LEAST, Math.round(height * (middle - BAR / 2) * 10) / 10);
      return `M${bar * BAR + BAR / 2} ${middle - half}V${middle + half}`;
    })
    .join('');
}

/** How many bars fit into a width. @param width CSS pixels */
export const barCount = (width: number): number => Math.max(16, Math.floor(width / BAR));
