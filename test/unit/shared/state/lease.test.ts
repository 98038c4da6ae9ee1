import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isAbandoned } from '../../../../services/shared/state/lease.ts';

/** Long, so that on a slow machine a living holder is not taken for dead. */
const LONG = { leaseMs: 60_000, pollMs: 1 };
const SHORT = { leaseMs: 30, pollMs: 5 };
const never = new AbortController().signal;
const reads = (...etags: (string | undefined)[]) => {
  let last: string | undefined;
  return async () => {
    if (etags.length > 0) last = etags.shift();
    return last === undefined ? undefined : { etag: last };
  };
};

describe('isAbandoned', () => {
  for (const [what, times, read, expected] of [
    ['does not change', SHORT, reads('a'), true],
    ['changes at once', LONG, reads('b'), false],
    ['changes later', LONG, reads('a', 'a', 'b'), false],
    ['was deleted', LONG, reads(undefined), false],
  ] as const) {
    test(`returns ${expected} when the document ${what}`, async () => {
      assert.equal(await isAbandoned({ etag: 'a' }, read, times, never), expected);
    });
  }

  test('ends when the signal is aborted', async () => {
    const stop = new AbortController();
    const read = async () => {
      stop.abort(new Error('enough'));
      return { etag: 'a' };
    };
    await assert.rejects(isAbandoned({ etag: 'a' }, read, LONG, stop.signal), {
      name: 'AbortError',
    });
  });

  test('throws when the document cannot be read', async () => {
    const read = () => Promise.reject(new Error('no answer'));
    await assert.rejects(isAbandoned({ etag: 'a' }, read, LONG, never), { message: 'no answer' });
  });
});
