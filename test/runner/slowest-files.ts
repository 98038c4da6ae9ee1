const SHOWN = 10;

/** Returns the ten files whose tests took longest, the slowest first, as `file 12 s`. None below a second is among them. */
export const slowestFiles = (fileSeconds: Readonly<Record<string, number>> = {}): string[] =>
  Object.entries(fileSeconds)
    .filter(([, seconds]) => seconds >= 1)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([file, seconds]) => `${file} ${seconds.toFixed(0)} s`);
