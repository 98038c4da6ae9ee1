import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cleanText, cutBytes } from '../../../../services/converter/tags/clean-text.ts';
import { utf8 } from './encode-charset.ts';

describe('cleanText', () => {
  const CASES: [raw: string, cleaned: string][] = [
    ['  Title  ', 'Title'],
    ['a\0b\u0007c\u009bd\u007fe', 'abcde'],
    ['a\r\nb\tc', 'a b c'],
    ['a \x01 b', 'a b'],
    ['\ufeffTitle\uffff', 'Title'],
    ['lone \ud800 surrogate', 'lone surrogate'],
    ['نمی\u200cخواهم', 'نمی\u200cخواهم'],
    ['👨‍👩‍👧', '👨‍👩‍👧'],
    ['\u00a0\u2003', ''],
  ];
  for (const [raw, cleaned] of CASES) {
    it(`turns ${JSON.stringify(raw)} into ${JSON.stringify(cleaned)}`, () => {
      assert.deepEqual(cleanText(raw, 100), { text: cleaned, isCut: false });
    });
  }

  it('keeps the line ends of a comment', () => {
    assert.equal(cleanText('one\r\ntwo\rthree\x00\n', 100, { lines: true }).text, 'one\ntwo\nthree');
  });

  it('cuts before a character that would be torn', () => {
    assert.deepEqual(cleanText('abc👨‍👩‍👧', 5), { text: 'abc', isCut: true });
    assert.deepEqual(cleanText('abcde\u0301f', 5), { text: 'abcd', isCut: true });
    assert.deepEqual(cleanText('abcdef', 5), { text: 'abcde', isCut: true });
  });

  it('cuts a character of a million marks', () => {
    const { text } = cleanText(`a${'\u0301'.repeat(1_000_000)}`, 10);
    assert.equal(text.length, 10);
  });

  it('cuts a text of 10 MB', () => {
    assert.equal(cleanText('é'.repeat(10_000_000), 500).text, 'é'.repeat(500));
  });
});

describe('cutBytes', () => {
  for (const [text, bytes, left] of [
    ['aé', 2, 'a'],
    ['a東', 3, 'a'],
    ['a👍', 4, 'a'],
    ['aé', 3, 'aé'],
    ['ab', 1, 'a'],
  ] as const) {
    it(`leaves «${left}» of ${bytes} bytes of «${text}» in UTF-8`, () => {
      assert.equal(cutBytes(utf8(text), bytes), utf8(left));
    });
  }
});
