/** When some work began and ended, in milliseconds of `performance.now()`. */
export interface Span {
  begin: number;
  end: number;
}

export async function timed<T>(work: () => Promise<T>): Promise<[result: T, span: Span]> {
  const begin = performance.now();
  const result = await work();
  return [result, { begin, end: performance.now() }];
}
