import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activityOf, type Work } from '../../../../../services/gateway/page/app/jobs/overall-progress.ts';
import type { Activity } from '../../../../../services/gateway/page/app/shell/tab-progress.ts';

const QUEUED = { status: 'queued', progress: 0 } as const;
const HALF = { status: 'converting', progress: 0.5 } as const;
const DONE = { status: 'done', progress: 1 } as const;

describe('activityOf(work)', () => {
  const EXPECTED: [what: string, work: Partial<Work>, activity: Activity | undefined][] = [
    ['nothing where all jobs have ended', { jobs: [DONE, DONE] }, undefined],
    [
      'sending, whatever is converted meanwhile',
      { upload: { sent: 1, total: 4 }, jobs: [HALF] },
      { kind: 'sending', share: 0.25 },
    ],
    ['sending of films of unknown size', { upload: { sent: 0, total: 0 } }, { kind: 'sending', share: 0 }],
    ['waiting where no job has begun', { jobs: [QUEUED, QUEUED, DONE] }, { kind: 'waiting' }],
    ['the mean of the unfinished jobs', { jobs: [HALF, QUEUED] }, { kind: 'converting', share: 0.25 }],
    [
      'no less where one of them has ended',
      { jobs: [DONE, QUEUED], ended: 1 },
      { kind: 'converting', share: 0.5 },
    ],
  ];
  for (const [what, work, activity] of EXPECTED) {
    it(`is ${what}`, () => {
      assert.deepEqual(activityOf({ upload: undefined, jobs: [], ended: 0, ...work }), activity);
    });
  }
});
