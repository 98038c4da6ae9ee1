import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKept } from '../../../../../services/gateway/page/app/share/is-kept.ts';

const NOW = 1_700_000_000_000;

describe('isKept', () => {
  for (const [what, at, expected] of [
    ['a share of now', NOW, true],
    ['a share that arrives while another tab lists all', NOW + 1, true],
    ['a share of a clock that is a minute ahead', NOW + 60_000, true],
    ['a share of a clock that was set back since', NOW + 60_001, false],
    ['a share of nearly an hour ago', NOW - 3_599_999, true],
    ['a share of an hour ago', NOW - 3_600_000, false],
    ['an entry without a time', Number.NaN, false],
  ] as const)
    it(`is ${expected} for ${what}`, () => assert.equal(isKept(at, NOW), expected));
});
