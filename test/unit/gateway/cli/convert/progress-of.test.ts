import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { progressOf } from '../../../../../services/gateway/cli/convert/await-and-save.ts';
import type { JobView } from '../../../../../services/shared/jobs/job-view.ts';

type Shown = Parameters<typeof progressOf>[0];
const queued = (queue: JobView['queue'], eta_seconds: number | null = null): Shown => ({
  ...{ status: 'queued', progress: 0, eta_seconds, queue },
});
const at = (position: number, converters = 2) => ({ position, converters });

describe('progressOf', () => {
  const ROWS: [job: Shown, share: number | undefined, text: string][] = [
    [queued(null), undefined, 'waiting for its turn'],
    [queued(at(1)), undefined, 'waiting for its turn: 1st in the queue'],
    [queued(at(2)), undefined, 'waiting for its turn: 2nd in the queue'],
    [queued(at(3)), undefined, 'waiting for its turn: 3rd in the queue'],
    [queued(at(11)), undefined, 'waiting for its turn: 11th in the queue'],
    [queued(at(112)), undefined, 'waiting for its turn: 112th in the queue'],
    [queued(at(1_223), 90), undefined, 'waiting for its turn: 1223rd in the queue, ETA 1:30'],
    [queued(at(1, 0)), undefined, 'waiting for a converter'],
    [{ status: 'converting', progress: 0.5, eta_seconds: null, queue: null }, 0.5, ''],
    [{ status: 'converting', progress: 0.5, eta_seconds: 61, queue: null }, 0.5, 'ETA 1:01'],
  ];
  for (const [job, share, expected] of ROWS) {
    const place = job.queue ? `${job.queue.position} of ${job.queue.converters} converters` : 'no place';
    it(`describes a job that is ${job.status} with ${place} as «${expected}»`, () => {
      const [shown, describe] = progressOf(job);
      assert.deepEqual([shown, describe()], [share, expected]);
    });
  }
});
