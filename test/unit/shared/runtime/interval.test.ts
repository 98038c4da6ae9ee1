import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { repeat } from '../../../../services/shared/runtime/interval.ts';

const never = (error?: unknown) => assert.fail(`this must not be called: ${error}`);

describe('repeat', () => {
  test('acts for the first time after a pause, and ends when the signal is aborted', async () => {
    const stop = new AbortController();
    let acts = 0;
    const ended = repeat(1, async () => void (++acts === 3 && stop.abort()), never, stop.signal);
    assert.equal(acts, 0);
    await ended;
    assert.equal(acts, 3);
  });

  test('continues after each act that fails, and reports its error', async () => {
    const stop = new AbortController();
    const reported: unknown[] = [];
    let acts = 0;
    const act = async () => {
      acts++;
      throw new Error(`no. ${acts}`);
    };
    const onError = (error: unknown) => void (reported.push((error as Error).message) === 2 && stop.abort());
    await repeat(1, act, onError, stop.signal);
    assert.deepEqual(reported, ['no. 1', 'no. 2']);
  });

  test('waits for an act that is under way at the abort, and reports its error too', async () => {
    const stop = new AbortController();
    const { promise, reject } = Promise.withResolvers<void>();
    const reported: unknown[] = [];
    const begun = Promise.withResolvers<void>();
    const act = () => {
      begun.resolve();
      return promise;
    };
    const ended = repeat(1, act, (error) => void reported.push(error), stop.signal);
    await begun.promise;
    stop.abort();
    const late = new Error('late');
    reject(late);
    await ended;
    assert.deepEqual(reported, [late]);
  });

  test('does not act when the signal is aborted already', async () => {
    await repeat(1, async () => never(), never, AbortSignal.abort());
  });
});
