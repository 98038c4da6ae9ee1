import { expected, median } from './statistics.ts';

const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

const format = (seconds: number[]): string =>
  [0.5, 0.95, 1].map((share) => `${(quantile(seconds, share) * 1000).toFixed(0)} ms`).join(', ');

/** A row with the median, the 95th percentile and the longest time in ms of one kind of request. The times are given in seconds. */
export function latencyRow(name: string, before: number[], during: number[]): string {
  const ratio = (median(during) / median(before)).toFixed(1);
  const times = `${format(before)} quietly; ${format(during)} meanwhile: ×${ratio}`;
  // Without any response the ratio is NaN, so the comparison is false and the row says MISSED.
  return `  ${name.padEnd(24)} ${times}   ${expected(Number(ratio) <= 2, '≤ 2')}`;
}
