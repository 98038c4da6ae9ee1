import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { suggestion } from '../../../../../services/gateway/cli/syntax/suggestion.ts';

const KNOWN = ['convert', 'probe', 'jobs', 'show', 'watch', 'whoami', 'login', 'logout'];

describe('suggestion', () => {
  const CASES: [word: string, expected: string | undefined][] = [
    ['convrt', 'convert'],
    ['covnert', 'convert'],
    ['converrt', 'convert'],
    ['conv', 'convert'],
    ['job', 'jobs'],
    ['jbos', 'jobs'],
    ['logn', 'login'],
    ['x', undefined],
    ['shop', 'show'],
    ['delete', undefined],
    ['', undefined],
    ['a'.repeat(10_000), undefined],
  ];
  for (const [word, expected] of CASES) {
    it(`returns ${expected} for ${word.slice(0, 20)}`, () => assert.equal(suggestion(word, KNOWN), expected));
  }
});
