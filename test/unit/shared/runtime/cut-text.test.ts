import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutToBytes, shorten } from '../../../../services/shared/runtime/cut-text.ts';

describe('cutToBytes', () => {
  const TABLE: [text: string, bytes: number, cut: string][] = [
    ['', 5, ''],
    ['abc', 3, 'abc'],
    ['abc', 2, 'ab'],
    ['éé', 3, 'é'],
    ['日本語', 8, '日本'],
    ['🎬🎬', 7, '🎬'],
    ['a👨\u200d👩\u200d👧b', 18, 'a'],
    ['a👨\u200d👩\u200d👧b', 19, 'a👨\u200d👩\u200d👧'],
    ['🇩🇪🇫🇷', 15, '🇩🇪'],
    ['ae\u0301', 3, 'a'],
    ['\u1100\u1161\u11a8', 4, '\u1100'],
    ['\u{1f44d}\u{1f3fd}', 4, '\u{1f44d}'],
  ];
  for (const [text, bytes, cut] of TABLE) {
    it(`cuts ${JSON.stringify(text)} to ${bytes} bytes`, () => assert.equal(cutToBytes(text, bytes), cut));
  }
});

describe('shorten', () => {
  const TABLE: [text: string, max: number, cut: string][] = [
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['👨\u200d👩\u200d👧👨\u200d👩\u200d👧👨\u200d👩\u200d👧', 2, '👨\u200d👩\u200d👧…'],
    ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
    ['', 3, ''],
  ];
  for (const [text, max, cut] of TABLE) {
    it(`shortens ${JSON.stringify(text)} to ${max} characters`, () => assert.equal(shorten(text, max), cut));
  }
});
