import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutTo, displayWidth, fitTo } from '../../../../../services/gateway/cli/terminal/display-width.ts';

describe('displayWidth', () => {
  const WIDTHS: [text: string, columns: number][] = [
    ['', 0],
    ['abc', 3],
    ['Ä', 1],
    ['e\u0301', 1],
    ['旅行', 4],
    ['ガ', 2],
    ['한국', 4],
    ['🎬', 2],
    ['█░', 2],
    ['𠮷', 2],
  ];
  for (const [text, columns] of WIDTHS)
    it(`of ${JSON.stringify(text)} is ${columns}`, () => assert.equal(displayWidth(text), columns));
});

describe('fitTo', () => {
  const CASES: [text: string, columns: number, expected: string][] = [
    ['short', 10, 'short'],
    ['Folge 17 von 20.mkv', 10, 'Folge …mkv'],
    ['旅行の思い出', 7, '旅行…出'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ];
  for (const [text, columns, expected] of CASES) {
    it(`makes ${JSON.stringify(expected)} of ${text} for ${columns} columns`, () => {
      assert.equal(fitTo(text, columns), expected);
      assert.ok(displayWidth(fitTo(text, columns)) <= columns);
    });
  }
});

describe('cutTo', () => {
  it('cuts no wide character in half', () => assert.equal(cutTo('a旅行', 4), 'a旅'));
});
