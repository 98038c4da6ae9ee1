import { until } from '../support/wait.ts';

/** As until(), but where the time being up is an answer, too: undefined. What `ask` throws is thrown. */
export async function within<T>(
  milliseconds: number,
  ask: () => Promise<T | undefined | false>,
): Promise<T | undefined> {
  const end = performance.now() + milliseconds;
  const { answer } = await until(
    'an answer',
    async () => {
      const answer = (await ask()) || undefined;
      return (answer !== undefined || performance.now() > end) && { answer };
    },
    Number.POSITIVE_INFINITY,
  );
  return answer;
}

/**
 * Waits until `look` finds nothing left, or finds the same for `stillMs`: slow progress is waited for, a standstill is not.
 * Returns what is left.
 */
export async function untilStill(stillMs: number, look: () => Promise<string>): Promise<string> {
  let left = await look();
  while (left !== '') {
    const before = left;
    const moved = await within(stillMs, async () => {
      left = await look();
      return left !== before;
    });
    if (moved === undefined) break;
  }
  return left;
}
