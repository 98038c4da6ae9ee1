import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatTaken, formatWait } from '../../../../../services/gateway/page/app/jobs/waiting-time.ts';

describe('formatWait(seconds)', () => {
  const EXPECTED: [seconds: number, text: string][] = [
    [0, '5 seconds'],
    [3, '5 seconds'],
    [11, '15 seconds'],
    [49.9, '50 seconds'],
    [50, '1 minute'],
    [89, '1 minute'],
    [91, '2 minutes'],
    [89 * 60, '89 minutes'],
    [90 * 60, '1.5 hours'],
    [119 * 60, '2 hours'],
    [9.8 * 3600, '10 hours'],
    [30.4 * 3600, '30 hours'],
  ];
  for (const [seconds, text] of EXPECTED) {
    it(`calls ${seconds} seconds «${text}»`, () => {
      assert.equal(formatWait(seconds), text);
    });
  }
});

describe('formatTaken(seconds)', () => {
  it('has a tenth below ten seconds, and none above', () => {
    assert.deepEqual([0.04, 1.26, 9.96, 12.6].map(formatTaken), ['0 sec', '1.3 sec', '10 sec', '13 sec']);
  });
});
