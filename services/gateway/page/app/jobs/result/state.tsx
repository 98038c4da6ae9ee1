import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import { t } from '../../text/language.ts';
import { adviceText } from '../failure-text.ts';
import { ProgressBar } from '../progress-bar.tsx';
import { statusText } from '../status-text.ts';

const BADGES: Record<JobView['status'], string> = {
  queued: '',
  converting: '',
  done: 'good',
  failed: 'bad',
  cancelled: '',
};

/** What happens to a job, or what became of it. */
export function State({ job }: { job: JobView }) {
  const { status } = job;
  const isUnfinished = status === 'queued' || status === 'converting';
  return (
    <div class="result-state">
      <p>
        <span class={`badge ${BADGES[status]}`}>{t(`jobs.status.${status}`)}</span>
        {isUnfinished && <span>{statusText(job)}</span>}
      </p>
      {isUnfinished && <ProgressBar job={job} />}
      {status === 'failed' && (
        <div class="notice bad">
          <p dir="auto">{statusText(job)}</p>
          <p>{adviceText(job)}</p>
        </div>
      )}
      {status !== 'done' && job.mp3 !== null && <p class="quiet">{t('jobs.earlier_mp3')}</p>}
    </div>
  );
}
