import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allSucceeded } from '../../../chaos/scenarios/auth-outage.ts';

describe('allSucceeded(counts)', () => {
  const rows: [what: string, counts: Record<string, number>, expected: boolean][] = [
    [
      'there are equal numbers of uploads, jobs and downloads',
      { 'upload 202': 3, 'job done': 3, 'download 200': 3 },
      true,
    ],
    ['there are fewer downloads than uploads', { 'upload 202': 3, 'job done': 3, 'download 200': 2 }, false],
    [
      'uploads were answered with another status',
      { 'upload 503': 3, 'job done': 3, 'download 200': 3 },
      false,
    ],
    [
      'there is one other response',
      { 'upload 202': 3, 'upload 503': 1, 'job done': 3, 'download 200': 3 },
      false,
    ],
    ['there are no downloads', { 'upload 202': 3, 'job done': 3 }, false],
    ['there was no upload', {}, false],
  ];
  for (const [what, counts, expected] of rows) {
    test(`is ${expected} when ${what}`, () => {
      assert.equal(allSucceeded(counts), expected);
    });
  }
});
