import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { replaceInvisible } from '../../../../shared/runtime/visible-text.ts';

const known = signal<ReadonlyMap<string, JobView>>(new Map());

/** All jobs that the page knows, newest first. */
export const jobs: ReadonlySignal<readonly JobView[]> = computed(() => [...known.value.values()].sort(byAge));

/** Takes over a job as the gateway has told it. An answer that was overtaken by a newer one is ignored. */
export function putJob(job: JobView): void {
  putJobs([job]);
}

export function putJobs(told: readonly JobView[]): void {
  const fresh = told
    .filter(({ id, updated_at }) => !isNewer(known.value.get(id), updated_at))
    .map(withVisibleName);
  if (fresh.length > 0)
    known.value = new Map([...known.value, ...fresh.map((job) => [job.id, job] as const)]);
}

/** Forgets a job that was deleted or has expired. */
export function removeJob(id: string): void {
  if (known.value.has(id)) known.value = new Map([...known.value].filter(([other]) => other !== id));
}

/** Forgets all jobs, because somebody else may sign in next. */
export function forgetJobs(): void {
  known.value = new Map();
}

/** Undefined for a job that the page does not know. */
export const findJob = (id: string): JobView | undefined => known.value.get(id);

/** An earlier release may have stored a name with bidirectional controls, which would be read backwards. */
const withVisibleName = (job: JobView): JobView => ({
  ...job,
  filename: replaceInvisible(job.filename, ''),
});

// The times are ISO 8601 in UTC with milliseconds, so they are ordered as texts.
const isNewer = (job: JobView | undefined, updatedAt: string): boolean =>
  job !== undefined && job.updated_at > updatedAt;

const byAge = (a: JobView, b: JobView): number => {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
};
