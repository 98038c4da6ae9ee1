import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { repeat } from '../../../../services/shared/runtime/interval.ts';

const never = (error?: unknown) => assert.fail(`it must not come to this: ${error}`);

describe('acting every so often', () => {
  test('begins after the first pause, and ends with the signal', async () => {
    const stop = new AbortController();
    let acts = 0;
    const ended = repeat(1, async () => void (++acts === 3 && stop.abort()), never, stop.signal);
    assert.equal(acts, 0);
    await ended;
    assert.equal(acts, 3);
  });

  test('goes on after an act that failed, and tells of each', async () => {
    const stop = new AbortController();
    const told: unknown[] = [];
    let acts = 0;
    const act = async () => {
      acts++;
      throw new Error(`no. ${acts}`);
    };
    const failed = (error: unknown) => void (told.push((error as Error).message) === 2 && stop.abort());
    await repeat(1, act, failed, stop.signal);
    assert.deepEqual(told, ['no. 1', 'no. 2']);
  });

  test('waits for the act that is under way, and tells of its failure too', async () => {
    const stop = new AbortController();
    const { promise, reject } = Promise.withResolvers<void>();
    const told: unknown[] = [];
    const begun = Promise.withResolvers<void>();
    const act = () => {
      begun.resolve();
      return promise;
    };
    const ended = repeat(1, act, (error) => void told.push(error), stop.signal);
    await begun.promise;
    stop.abort();
    const late = new Error('late');
    reject(late);
    await ended;
    assert.deepEqual(told, [late]);
  });

  test('does nothing where it is over already', async () => {
    await repeat(1, async () => never(), never, AbortSignal.abort());
  });
});
