import type { Row } from './report.ts';
import { quantile, ratioOf } from './statistics.ts';

/** `10 ms, 20 ms, 90 ms`: the median, the 95th percentile and the longest of times in seconds. */
export const describeLatencies = (seconds: number[]): string =>
  [0.5, 0.95, 1].map((share) => `${(quantile(seconds, share) * 1000).toFixed(0)} ms`).join(', ');

/**
 * A row with the ratio of the median latency of one kind of request during a load to that without it. The times are in seconds.
 * Without any response the ratio is NaN, which misses the limit.
 */
export const latencyRow = (name: string, quiet: number[], meanwhile: number[], atMost?: number): Row => ({
  name,
  values: [ratioOf(meanwhile, quiet)],
  unit: '×',
  ...(atMost !== undefined && { limit: { atMost } }),
  note: `${describeLatencies(quiet)} quietly, ${describeLatencies(meanwhile)} meanwhile (median, 95 %, longest)`,
});
