import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAlive, readProcessId } from '../../../../services/shared/runtime/process-id.ts';

// On systems without /proc, readProcessId runs ps. So this is no unit test.
describe('isAlive', () => {
  it('is true for this process, and false for one with its pid that started at another time', () => {
    const own = readProcessId(process.pid);
    assert.ok(own);
    assert.equal(isAlive(own), true);
    assert.equal(isAlive({ ...own, started: 'another boot:1' }), false);
  });
});
