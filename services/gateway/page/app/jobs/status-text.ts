import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { formatClock, formatPercent, formatSize } from '../text/format.ts';
import { t } from '../text/language.ts';
import { failureText } from './failure-text.ts';
import { formatWait } from './waiting-time.ts';

/** A sentence about what happens to a job, or what became of it. */
export function statusText(job: JobView): string {
  switch (job.status) {
    case 'queued':
      return queueText(job);
    case 'converting':
      return progressText(job);
    case 'failed':
      return failureText(job);
    case 'cancelled':
      return t('jobs.status.cancelled');
    case 'done':
      return job.mp3 === null
        ? t('jobs.status.done')
        : `${formatClock(job.mp3.duration_seconds)} · ${formatSize(job.mp3.size)}`;
  }
}

function queueText({ queue, eta_seconds }: JobView): string {
  if (queue === null) return t('jobs.queue.waiting');
  if (queue.converters === 0) return t('jobs.queue.no_converter');
  const { position } = queue;
  if (eta_seconds === null)
    return position === 1 ? t('jobs.queue.next') : t('jobs.queue.position', { position });
  const time = formatWait(eta_seconds);
  return position === 1
    ? t('jobs.queue.next_ready', { time })
    : t('jobs.queue.position_ready', { position, time });
}

export function progressText({ progress, eta_seconds }: Pick<JobView, 'progress' | 'eta_seconds'>): string {
  const percent = formatPercent(wholePercent(progress));
  if (eta_seconds === null) return t('jobs.progress', { percent });
  return t('jobs.progress_left', { percent, time: formatWait(eta_seconds) });
}

/** Rounded down to a hundredth, because what is not done must not read 100 %. */
export const wholePercent = (share: number): number => Math.floor(share * 100 + 1e-9) / 100;
