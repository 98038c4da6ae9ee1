import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatSpeed, formatWait } from '../../../../../services/gateway/page/app/operator/format.ts';

describe('formatWait', () => {
  const CASES: [seconds: number | null, text: string][] = [
    [null, '–'],
    [0, '0 sec'],
    [59, '59 sec'],
    [60, '1 min'],
    [3_599, '59 min'],
    [3_600, '1 hr'],
    [86_399, '23 hr'],
    [86_400, '1 day'],
    [200_000, '2 days'],
  ];
  for (const [seconds, text] of CASES)
    it(`writes ${seconds} as «${text}»`, () => assert.equal(formatWait(seconds, 'en'), text));
});

describe('formatSpeed', () => {
  for (const [speed, text] of [
    [0, '0'],
    [0.456, '0.456'],
    [84.52, '84.5'],
    [1234.5, '1,230'],
  ] as const)
    it(`writes ${speed} as ${text}`, () => assert.equal(formatSpeed(speed, 'en'), text));
});
