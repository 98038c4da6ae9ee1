import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTime } from '../../../../services/gateway/options/parse-time.ts';

const TIMES: [text: string, seconds: number | undefined][] = [
  ['0', 0],
  ['90', 90],
  ['90.5', 90.5],
  ['0.000020833', 0.000020833],
  ['3599999.999999999', 3599999.999999999],
  ['1:30', 90],
  ['1:5', 65],
  ['01:30.25', 90.25],
  ['90:00', 5400],
  ['00:00', 0],
  ['01:02:03', 3723],
  ['1:02:03.004', 3723.004],
  ['0:59:59.999999999', 3599.999999999],
  ['999:59:59', 3599999],
  ['', undefined],
  [' 90', undefined],
  ['90 ', undefined],
  ['-1', undefined],
  ['+1', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  ['1,5', undefined],
  ['.5', undefined],
  ['5.', undefined],
  ['1.0000000001', undefined],
  ['12345678', undefined],
  ['1:60', undefined],
  ['1:2:60', undefined],
  ['1:60:00', undefined],
  ['1:2:3:4', undefined],
  ['1::2', undefined],
  [':30', undefined],
  ['1:30:', undefined],
  ['1.5:30', undefined],
  ['90s', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['１２', undefined],
  ['90\n', undefined],
];

describe('parseTime', () => {
  for (const [text, seconds] of TIMES) {
    it(`reads ${JSON.stringify(text)} as ${seconds === undefined ? 'no time' : `${seconds} s`}`, () => {
      assert.equal(parseTime(text), seconds);
    });
  }
});
