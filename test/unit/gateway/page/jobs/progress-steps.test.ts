import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Step, stepBetween } from '../../../../../services/gateway/page/app/jobs/progress-steps.ts';
import type { JobView } from '../../../../../services/shared/jobs/job-view.ts';

type State = [JobView['status'], progress?: number];
const state = ([status, progress = 0]: State) => ({ status, progress });

describe('stepBetween(before, after)', () => {
  const EXPECTED: [before: State | undefined, after: State, step: Step | undefined][] = [
    [undefined, ['converting', 0.5], undefined],
    [undefined, ['done', 1], undefined],
    [['queued'], ['queued'], undefined],
    [['queued'], ['converting', 0.3], { kind: 'begun' }],
    [['converting', 0.1], ['converting', 0.24], undefined],
    [['converting', 0.24], ['converting', 0.25], { kind: 'quarter', share: 0.25 }],
    [['converting', 0.1], ['converting', 0.8], { kind: 'quarter', share: 0.75 }],
    [['converting', 0.8], ['converting', 1], undefined],
    [['converting', 0.6], ['converting', 0.1], undefined],
    [['converting', 0.9], ['done', 1], { kind: 'ended' }],
    [['queued'], ['failed'], { kind: 'ended' }],
    [['queued'], ['cancelled'], { kind: 'ended' }],
    [['done', 1], ['done', 1], undefined],
    [['done', 1], ['queued'], undefined],
  ];
  for (const [before, after, step] of EXPECTED) {
    it(`is ${step?.kind ?? 'nothing'} between ${before?.join(' ') ?? 'nothing'} and ${after.join(' ')}`, () => {
      assert.deepEqual(stepBetween(before && state(before), state(after)), step);
    });
  }
});
