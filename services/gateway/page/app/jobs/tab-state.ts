import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { route } from '../route.ts';
import type { TabState } from '../shell/tab-progress.ts';
import { observeJobs } from './observe-jobs.ts';
import { activityOf, type Work } from './overall-progress.ts';
import { findJob, jobs } from './store.ts';

/** What the tab tells of everything that is being sent and converted. */
export function createTabState(upload: ReadonlySignal<Work['upload']>): ReadonlySignal<TabState> {
  const ended = signal(0);
  const outcome = signal<TabState['outcome']>(undefined);
  const activity = computed(() => activityOf({ upload: upload.value, jobs: jobs.value, ended: ended.value }));
  observeJobs((job, step) => {
    if (step.kind !== 'ended' || job.status === 'cancelled') return;
    ended.value += 1;
    if (document.visibilityState === 'hidden' && outcome.value !== 'failed')
      outcome.value = job.status === 'failed' ? 'failed' : 'done';
  });
  effect(() => {
    if (activity.value === undefined) ended.value = 0;
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') outcome.value = undefined;
  });
  return computed(() => {
    const { value } = route;
    const name = value.view === 'job' ? findJob(value.id)?.filename : undefined;
    return { activity: activity.value, outcome: outcome.value, name };
  });
}
