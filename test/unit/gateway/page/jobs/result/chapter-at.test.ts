import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  chapterAt,
  chapterTitle,
} from '../../../../../../services/gateway/page/app/jobs/result/chapter-at.ts';
import { loadTexts } from '../../../../../../services/gateway/page/app/text/language.ts';

before(() => loadTexts('films', 'result'));

const CHAPTERS = [
  { start_seconds: 1, end_seconds: 10, title: 'One' },
  { start_seconds: 10, end_seconds: 20, title: '' },
  { start_seconds: 25, end_seconds: 30, title: 'Three' },
];

describe('chapterAt(chapters, time)', () => {
  const EXPECTED: [time: number, index: number][] = [
    [0, -1],
    [1, 0],
    [9.9, 0],
    [10, 1],
    [22, -1],
    [29, 2],
    [30, -1],
  ];
  for (const [time, index] of EXPECTED) {
    it(`is ${index} at ${time} seconds`, () => {
      assert.equal(chapterAt(CHAPTERS, time), index);
    });
  }

  it('is the chapter that the browser has just sought, although seeking may end on the frame before its start', () => {
    assert.equal(chapterAt(CHAPTERS, 9.98), 1);
  });
});

describe('chapterTitle(chapter, index)', () => {
  it('numbers a chapter without a title', () => {
    assert.deepEqual(CHAPTERS.map(chapterTitle), ['One', 'Chapter 2', 'Three']);
  });
});
