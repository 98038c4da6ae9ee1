import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statusText } from '../../../../../services/gateway/page/app/jobs/status-text.ts';
import { viewOf } from '../../../../../services/shared/jobs/job.ts';
import type { JobView } from '../../../../../services/shared/jobs/job-view.ts';
import { done, failed, newJob } from '../../../../support/job.ts';

const queued = (queue: JobView['queue'], eta_seconds: number | null): JobView => ({
  ...viewOf(newJob()),
  ...{ queue, eta_seconds },
});
const converting = (progress: number, eta_seconds: number | null): JobView =>
  viewOf(newJob({ status: 'converting', progress, eta_seconds }));

describe('statusText(job)', () => {
  const EXPECTED: [what: string, job: JobView, text: string][] = [
    ['a job whose place is not known', queued(null, null), 'Waiting for its turn'],
    [
      'a job without a converter',
      queued({ position: 1, converters: 0 }, null),
      'Waiting for a converter. None is running at the moment.',
    ],
    ['the first job', queued({ position: 1, converters: 2 }, null), 'Next in the queue'],
    ['a later job', queued({ position: 1204, converters: 2 }, null), 'Number 1,204 in the queue'],
    [
      'the first job with an estimate',
      queued({ position: 1, converters: 2 }, 42),
      'Next in the queue, ready in about 45 seconds',
    ],
    [
      'a later job with an estimate',
      queued({ position: 3, converters: 2 }, 600),
      'Number 3 in the queue, ready in about 10 minutes',
    ],
    ['a job that is converted', converting(0.429, null), '42% converted'],
    ['a job that is almost done', converting(0.9999, 1), '99% converted, about 5 seconds left'],
    ['a job at a hundredth that binary numbers round down', converting(0.29, null), '29% converted'],
    [
      'a job that is done',
      viewOf(done({ mp3: { size: 9_800_000, sha256: 'ab', duration_seconds: 245 } })),
      '4:05 · 9.8 MB',
    ],
    ['a job that has failed', viewOf(failed()), 'This film has no sound.'],
    ['a cancelled job', viewOf(newJob({ status: 'cancelled' })), 'Cancelled'],
  ];
  for (const [what, job, text] of EXPECTED) {
    it(`says of ${what}: ${text}`, () => {
      assert.equal(statusText(job), text);
    });
  }
});
