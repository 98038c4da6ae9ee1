export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The end of a row: what was expected, after the word MISSED if it was not met. */
export const expected = (isMet: boolean, what: string): string =>
  `${isMet ? '' : 'MISSED '}(expected ${what})`;

/** The median of some values, and all of them. */
export const spread = (values: number[], unit = 's') =>
  `${median(values).toFixed(2)} ${unit} (${values.map((v) => v.toFixed(2)).join(', ')})`;

/** Measures how long some work takes. */
export async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const start = performance.now();
  const result = await work();
  return [(performance.now() - start) / 1000, result];
}
