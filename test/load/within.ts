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
