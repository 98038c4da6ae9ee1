import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { announce } from '../shell/announce.tsx';
import { formatPercent } from '../text/format.ts';
import { t } from '../text/language.ts';
import { failureText } from './failure-text.ts';
import type { Step } from './progress-steps.ts';

/** Has a screen reader say what happens to a job. */
export const speak = (job: JobView, step: Step): void => announce(spokenText(job, step));

export function spokenText(job: JobView, step: Step): string {
  const name = job.filename;
  if (step.kind === 'begun') return t('jobs.spoken.begun', { name });
  if (step.kind === 'quarter') return t('jobs.spoken.progress', { name, percent: formatPercent(step.share) });
  return endText(job);
}

/** What became of a job, with its name. */
export function endText(job: JobView): string {
  const name = job.filename;
  if (job.status === 'failed') return t('jobs.spoken.failed', { name, reason: failureText(job) });
  return job.status === 'done' ? t('jobs.spoken.done', { name }) : t('jobs.spoken.cancelled', { name });
}
