import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { t } from '../text/language.ts';

/** How much of a job is converted. A queued job has an empty bar, so that nothing jumps when it begins. */
export function ProgressBar({ job }: { job: JobView }) {
  return (
    <progress
      max={1}
      value={job.status === 'queued' ? 0 : job.progress}
      aria-label={t('jobs.progress_of', { name: job.filename })}
    />
  );
}
