import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  findJob,
  forgetJobs,
  jobs,
  putJob,
  putJobs,
  removeJob,
} from '../../../../../services/gateway/page/app/jobs/store.ts';
import { viewOf } from '../../../../../services/shared/jobs/job.ts';
import type { JobView } from '../../../../../services/shared/jobs/job-view.ts';
import { newJob } from '../../../../support/job.ts';

const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
const job = (created: number, changes: Partial<JobView> = {}): JobView => ({
  ...viewOf(newJob({ created_at: at(created), updated_at: at(created) })),
  ...changes,
});

describe('the jobs that the page knows', () => {
  afterEach(forgetJobs);

  it('are ordered from the newest to the oldest', () => {
    const [first, second, third] = [job(1), job(2), job(3)] as const;
    putJobs([second, first]);
    putJob(third);
    assert.deepEqual(jobs.value, [third, second, first]);
  });

  it('keep the newer state when an event arrives before an older response', () => {
    const queued = job(1);
    const converting: JobView = { ...queued, status: 'converting', updated_at: at(3) };
    putJob(converting);
    putJob(queued);
    assert.equal(findJob(queued.id)?.status, 'converting');
  });

  it('adopt a new place in the queue, although the job itself did not change', () => {
    const queued = job(1, { queue: { position: 3, converters: 1 } });
    putJob(queued);
    putJob({ ...queued, queue: { position: 2, converters: 1 } });
    assert.equal(findJob(queued.id)?.queue?.position, 2);
  });

  it('drop a deleted job, and ignore the deletion of an unknown one', () => {
    const [first, second] = [job(1), job(2)] as const;
    putJobs([first, second]);
    removeJob(first.id);
    removeJob('another');
    assert.deepEqual(jobs.value, [second]);
  });

  it('have names without bidirectional control characters, which would reverse parts of them', () => {
    const hostile = job(1, { filename: 'film\u202egnp.3pm' });
    putJob(hostile);
    assert.equal(findJob(hostile.id)?.filename, 'filmgnp.3pm');
  });
});
