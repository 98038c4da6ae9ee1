import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isNarrative,
  isSameLanguage,
  languageOf,
} from '../../../../../services/converter/ffmpeg/probe/languages.ts';

describe('isSameLanguage', () => {
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
