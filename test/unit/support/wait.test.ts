import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitAtMost, waitFor, waitUntilStable } from '../../support/wait.ts';

/** Returns one value after the other, and then the last of them for ever. */
const sequence = <T>(...values: T[]) => {
  let at = 0;
  return async (): Promise<T> => values[Math.min(at++, values.length - 1)] as T;
};

describe('waitFor(what, poll, options)', () => {
  it('returns the first truthy result', async () => {
    assert.equal(
      await waitFor('a number', sequence<number | false | undefined>(undefined, false, 7), { pauseMs: 0 }),
      7,
    );
  });

  it('throws an error that names what it waited for when the time is over', async () => {
    await assert.rejects(
      waitFor('a number', async () => undefined, { timeoutMs: 1, pauseMs: 2 }),
      /^Error: gave up waiting for a number$/,
    );
  });

  it('ends with the error of a poll', async () => {
    const poll = () => Promise.reject(new Error('no connection'));
    await assert.rejects(waitFor('a number', poll), /^Error: no connection$/);
  });

  it('ends when its signal is aborted', async () => {
    const signal = AbortSignal.timeout(1);
    await assert.rejects(
      waitFor('a number', async () => undefined, { signal, pauseMs: 60_000 }),
      { name: 'AbortError' },
    );
  });
});

describe('waitAtMost(poll, options)', () => {
  it('returns undefined when the time is over', async () => {
    assert.equal(await waitAtMost(async () => false, { timeoutMs: 1, pauseMs: 2 }), undefined);
  });
});

describe('waitUntilStable(stableMs, describeRest)', () => {
  it('waits as long as the rest changes', async () => {
    assert.equal(await waitUntilStable(60_000, sequence('3 jobs', '2 jobs', '1 jobs', '')), '');
  });

  it('returns the rest when it no longer changes', async () => {
    assert.equal(await waitUntilStable(1, sequence('3 jobs', '2 jobs')), '2 jobs');
  });

  it('does not wait when there is no rest', async () => {
    assert.equal(await waitUntilStable(60_000, sequence('')), '');
  });
});
