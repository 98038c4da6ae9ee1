import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoffMs } from '../../../../services/shared/runtime/backoff.ts';

describe('backoffMs', () => {
  it('doubles from the first pause to the longest one', () => {
    const pauses = [1, 2, 3, 4, 5, 1000].map((failures) => backoffMs(failures, { firstMs: 100, maxMs: 900 }));
    assert.deepEqual(pauses, [100, 200, 400, 800, 900, 900]);
  });

  it('keeps one length when the longest pause is the first one', () => {
    assert.equal(backoffMs(7, { firstMs: 500, maxMs: 500 }), 500);
  });
});
