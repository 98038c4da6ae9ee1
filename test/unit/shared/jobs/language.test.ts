import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameLanguage } from '../../../../services/shared/jobs/language.ts';

describe('isSameLanguage', () => {
  const PAIRS: [one: string, other: string, isSame: boolean][] = [
    ['eng', 'eng', true],
    ['en', 'eng', true],
    ['en-US', 'eng', true],
    ['de', 'ger', true],
    ['deu', 'ger', true],
    ['fra', 'fre', true],
    ['zh', 'chi', true],
    ['nob', 'no', true],
    ['eng', 'ger', false],
    ['fra', 'fry', false],
    ['xx', 'xx', true],
    ['', '', true],
    ['', 'eng', false],
    ['a language', 'eng', false],
  ];
  for (const [one, other, isSame] of PAIRS) {
    it(`is ${isSame} for ${JSON.stringify(one)} and ${JSON.stringify(other)}`, () => {
      assert.equal(isSameLanguage(one, other), isSame);
      assert.equal(isSameLanguage(other, one), isSame);
    });
  }
});
