import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRetryAfter } from '../../../../../services/gateway/client/http/retry-after.ts';

describe('parseRetryAfter', () => {
  it('accepts a number of seconds', () => assert.equal(parseRetryAfter('7'), 7));

  it('accepts a date', () => {
    assert.equal(parseRetryAfter('Thu, 01 Jan 1970 00:00:12 GMT', 2_000), 10);
  });

  it('returns undefined for anything else', () => {
    assert.deepEqual([parseRetryAfter('soon'), parseRetryAfter(null)], [undefined, undefined]);
  });
});
