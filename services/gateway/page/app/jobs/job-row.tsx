import { useSignal } from '@preact/signals';
import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { isAboutMissingSound } from '../../../../shared/jobs/warnings.ts';
import { hrefOf } from '../route.ts';
import { Icon, type IconName } from '../shell/icons.tsx';
import { formatDate } from '../text/format.ts';
import { t } from '../text/language.ts';
import { adviceText } from './failure-text.ts';
import { leaveFromRow, linkIdOf } from './list-focus.ts';
import { PlayerPanel } from './player-panel.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { RowActions } from './row-actions.tsx';
import { isSelecting, select, selected } from './selection.ts';
import { statusText } from './status-text.ts';
import { useKeptFocus } from './use-kept-focus.ts';

const ICONS: Record<JobView['status'], IconName> = {
  queued: 'clock',
  converting: 'logo',
  done: 'check',
  failed: 'alert',
  cancelled: 'cross',
};

/** One conversion in the list. */
export function JobRow({ job }: { job: JobView }) {
  const isOpen = useSignal(false);
  const row = useKeptFocus<HTMLLIElement>(job.status, () => document.getElementById(linkIdOf(job.id)));
  return (
    <li class={`job ${job.status}`} ref={row}>
      {isSelecting.value && <Checkbox job={job} />}
      <span class="job-icon">
        <Icon name={ICONS[job.status]} />
        <span class="visually-hidden">{t(`jobs.status.${job.status}`)}</span>
      </span>
      <div class="job-text">
        <h3 class="job-name">
          <a
            id={linkIdOf(job.id)}
            href={hrefOf({ view: 'job', id: job.id })}
            dir="auto"
            title={job.filename}
            onClick={() => leaveFromRow(job.id)}
          >
            {job.filename}
          </a>
        </h3>
        <State job={job} />
      </div>
      <RowActions job={job} isOpen={isOpen} />
      {isOpen.value && job.mp3 !== null && <PlayerPanel job={job} />}
    </li>
  );
}

function Checkbox({ job }: { job: JobView }) {
  return (
    <label class="job-select">
      <input
        type="checkbox"
        checked={selected.value.includes(job)}
        aria-label={t('jobs.select_one', { name: job.filename })}
        onChange={(event) => select(job.id, event.currentTarget.checked)}
      />
    </label>
  );
}

function State({ job }: { job: JobView }) {
  const isRenewed = job.mp3 !== null && job.status !== 'done';
  return (
    <>
      <p class="job-state">
        <span>{statusText(job)}</span>
        {job.status === 'done' && <span class="quiet">{formatDate(job.created_at)}</span>}
        {job.status === 'done' && <Notes job={job} />}
      </p>
      {job.status === 'failed' && <p class="quiet">{adviceText(job)}</p>}
      {(job.status === 'converting' || job.status === 'queued') && <ProgressBar job={job} />}
      {isRenewed && <p class="quiet">{t('jobs.earlier_mp3')}</p>}
    </>
  );
}

function Notes({ job: { warnings } }: { job: JobView }) {
  if (warnings.some(isAboutMissingSound)) return <span class="badge warn">{t('jobs.missing_sound')}</span>;
  if (warnings.length === 0) return null;
  return <span class="badge">{t('jobs.notes', { count: warnings.length })}</span>;
}
