import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isNarrative, isSameLanguage, languageOf } from '../../../../services/shared/tracks/language.ts';

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

  const same: string[][] = [
    ['en', 'eng', 'en-us', 'en-gb'],
    ['de', 'deu', 'ger', 'de-at'],
    ['fr', 'fra', 'fre', 'fr-ca'],
    ['zh', 'zho', 'chi', 'zh-hans'],
    ['cs', 'ces', 'cze'],
    ['nl', 'nld', 'dut'],
    ['el', 'ell', 'gre'],
    ['fa', 'fas', 'per'],
    ['he', 'heb', 'iw'],
    ['is', 'isl', 'ice'],
    ['ro', 'ron', 'rum'],
    ['sk', 'slk', 'slo'],
    ['no', 'nor', 'nob', 'nb'],
    ['ja', 'jpn'],
    ['gsw'],
  ];
  for (const codes of same) {
    it(`holds for ${codes.join(', ')}`, () => {
      for (const one of codes)
        for (const other of codes) assert.ok(isSameLanguage(one, other), `${one} ${other}`);
    });
  }

  const different = [
    ['en', 'de'],
    ['slk', 'slv'],
    ['slo', 'slv'],
    ['chi', 'chr'],
    ['und', 'en'],
  ] as const;
  for (const [one, other] of different) {
    it(`does not hold for ${one} and ${other}`, () => assert.ok(!isSameLanguage(one, other)));
  }
});

describe('languageOf', () => {
  const table: [tag: string | undefined, language: string | null][] = [
    ['eng', 'eng'],
    ['ENG', 'eng'],
    ['en_US', 'en-us'],
    [' deu ', 'deu'],
    [undefined, null],
    ['', null],
    ['und', null],
    ['mul', null],
    ['zxx', null],
    ['e', null],
    ['1', null],
    ['<script>', null],
    ['eng\n', 'eng'],
    ['日本語', null],
    ['a'.repeat(1000), null],
  ];
  for (const [tag, language] of table) {
    it(`returns ${language} for «${tag?.slice(0, 20)}»`, () => assert.equal(languageOf(tag), language));
  }
});

it('isNarrative knows the codes of broadcasters for the description of the picture', () => {
  assert.deepEqual(['nar', 'qad', 'eng', null].map(isNarrative), [true, true, false, false]);
});
