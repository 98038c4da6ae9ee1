import { expected, median } from './bench.ts';

const quantile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;

const shown = (seconds: number[]): string =>
  [0.5, 0.95, 1].map((share) => `${(quantile(seconds, share) * 1000).toFixed(0)} ms`).join(', ');

/** One kind of request: median, 95 % and longest, in milliseconds. `before` and `during` are in seconds. */
export function row(name: string, before: number[], during: number[]): string {
  const ratio = (median(during) / median(before)).toFixed(1);
  const times = `${shown(before)} quietly; ${shown(during)} meanwhile: ×${ratio}`;
  // Without answers the ratio is not a number, and no comparison with it is true.
  return `  ${name.padEnd(24)} ${times}   ${expected(Number(ratio) <= 2, '≤ 2')}`;
}
