import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRecent } from '../../../../../deploy/local/tools/daprd.ts';

describe('isRecent', () => {
  for (const [output, recent] of [
    ['1.18.2\n', true],
    ['1.16.0', true],
    ['2.0.0', true],
    ['1.15.9', false],
    ['edge', true],
    ['no version', false],
  ] as const) {
    it(`${recent ? 'accepts' : 'rejects'} a daprd whose version is «${output.trim()}»`, () => {
      assert.equal(isRecent(output), recent);
    });
  }
});
