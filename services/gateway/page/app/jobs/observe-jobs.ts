import { effect, untracked } from '@preact/signals';
import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { type Step, stepBetween } from './progress-steps.ts';
import { jobs } from './store.ts';

/** Calls `onStep` whenever a job begins, has done a quarter more, or ends. Returns the function that ends this. */
export function observeJobs(onStep: (job: JobView, step: Step) => void): () => void {
  let before: ReadonlyMap<string, JobView> = new Map();
  return effect(() => {
    const now = new Map(jobs.value.map((job) => [job.id, job]));
    const steps = [...now.values()].flatMap((job) => {
      const step = stepBetween(before.get(job.id), job);
      return step ? [{ job, step }] : [];
    });
    before = now;
    untracked(() => {
      for (const { job, step } of steps) onStep(job, step);
    });
  });
}
