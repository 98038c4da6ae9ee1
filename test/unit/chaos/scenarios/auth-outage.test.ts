import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allSucceeded } from '../../../chaos/scenarios/auth-outage.ts';

describe('the users of a system without auth are served', () => {
  const ANSWERS: [are: string, answers: Record<string, number>, served: boolean][] = [
    ['as many of each', { 'upload 202': 3, 'job done': 3, 'download 200': 3 }, true],
    ['fewer downloads than uploads', { 'upload 202': 3, 'job done': 3, 'download 200': 2 }, false],
    ['another answer in the place of one', { 'upload 503': 3, 'job done': 3, 'download 200': 3 }, false],
    ['one answer more', { 'upload 202': 3, 'upload 503': 1, 'job done': 3, 'download 200': 3 }, false],
    ['one kind missing', { 'upload 202': 3, 'job done': 3 }, false],
    ['no answers', {}, false],
  ];
  for (const [are, answers, served] of ANSWERS) {
    test(`${served ? 'where' : 'not where'} the answers are ${are}`, () => {
      assert.equal(allSucceeded(answers), served);
    });
  }
});
