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
 * Looks at what is left until that is nothing, or has been the same for `stillMs`. So something slow is waited for as long as it
 * moves, and something that hangs is not. Returns what is left.
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
