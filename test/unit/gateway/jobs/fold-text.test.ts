import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldText } from '../../../../services/gateway/jobs/fold-text.ts';

const SAME: [what: string, a: string, b: string][] = [
  ['case', 'Ferien', 'FERIEN'],
  ['accents', 'Café Zürich', 'cafe zurich'],
  ['composed and decomposed letters', '\u00e9', 'e\u0301'],
  ['several accents on a letter', 'Tiếng Việt', 'tieng viet'],
  ['the sharp s', 'Straße', 'STRASSE'],
  ['the Turkish letters i', 'İstanbul ılık', 'istanbul ilik'],
  ['the two small sigmas', 'Οδυσσέας', 'ΟΔΥΣΣΕΑΣ'],
  ['Greek accents', 'Καλημέρα', 'καλημερα'],
  ['Cyrillic accents', 'Ёлка', 'елка'],
  ['letters with a stroke', 'Łódź Øresund Đà', 'lodz oresund da'],
  ['ligatures', 'œuvre ﬁn Ærø', 'oeuvre fin aero'],
  ['full-width letters', 'ＡＢＣ１', 'abc1'],
  ['vowel points of Hebrew', 'שָׁלוֹם', 'שלום'],
  ['vowel points of Arabic', 'مُحَمَّد', 'محمد'],
];

const DIFFERENT: [what: string, a: string, b: string][] = [
  ['other letters', 'a', 'b'],
  ['vowel signs of Hindi', 'कि', 'क'],
  ['voiced and voiceless kana', 'が', 'か'],
  ['vowels of Thai', 'กี', 'ก'],
  ['digits', '1', '2'],
  ['blanks', 'a b', 'ab'],
];

describe('foldText', () => {
  for (const [what, a, b] of SAME)
    it(`makes texts the same that differ in ${what}`, () => assert.equal(foldText(a), foldText(b)));
  for (const [what, a, b] of DIFFERENT)
    it(`keeps texts apart that differ in ${what}`, () => assert.notEqual(foldText(a), foldText(b)));
  it('leaves a folded text as it is', () => {
    for (const [, a] of [...SAME, ...DIFFERENT]) assert.equal(foldText(foldText(a)), foldText(a));
  });
});
