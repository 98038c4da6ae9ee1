import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isNarrative, languageOf } from '../../../../../services/converter/ffmpeg/probe/languages.ts';

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
