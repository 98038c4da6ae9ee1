import type { Signal } from '@preact/signals';
import type { JobView } from '../../../../shared/jobs/job-view.ts';
import { hrefOf } from '../route.ts';
import { Icon } from '../shell/icons.tsx';
import { t } from '../text/language.ts';
import { cancelJob, deleteJobs, downloadMp3, retryJob } from './actions.ts';
import { remedyOf } from './failure-text.ts';
import { shown } from './history.ts';
import { focusRow, leaveFromRow } from './list-focus.ts';

/** What can be done with one job of the list. */
export function RowActions({ job, isOpen }: { job: JobView; isOpen: Signal<boolean> }) {
  const { id, status, mp3 } = job;
  const isFinal = status === 'done' || status === 'failed' || status === 'cancelled';
  return (
    <div class="job-actions">
      {mp3 !== null && <Listen job={job} isOpen={isOpen} />}
      {mp3 !== null && <Download job={job} />}
      {!isFinal && (
        <button
          type="button"
          aria-label={t('jobs.cancel_one', { name: job.filename })}
          onClick={() => void cancelJob(id)}
        >
          {t('jobs.cancel')}
        </button>
      )}
      {(status === 'failed' || status === 'cancelled') && <Again job={job} />}
      {isFinal && <Delete job={job} />}
    </div>
  );
}

function Listen({ job: { filename: name }, isOpen }: { job: JobView; isOpen: Signal<boolean> }) {
  return (
    <button
      type="button"
      aria-expanded={isOpen.value}
      aria-label={t(isOpen.value ? 'jobs.close_player_one' : 'jobs.listen_one', { name })}
      onClick={() => {
        isOpen.value = !isOpen.value;
      }}
    >
      <Icon name={isOpen.value ? 'cross' : 'play'} />
      <span>{t(isOpen.value ? 'shell.close' : 'jobs.listen')}</span>
    </button>
  );
}

function Download({ job: { id, filename: name } }: { job: JobView }) {
  return (
    <a
      class="button"
      href={`/download/${id}`}
      download=""
      aria-label={t('jobs.download_one', { name })}
      onClick={(event) => {
        event.preventDefault();
        void downloadMp3(id);
      }}
    >
      <Icon name="download" />
      <span>{t('jobs.download')}</span>
    </a>
  );
}

/** Another attempt, where that may help. */
function Again({ job }: { job: JobView }) {
  const remedy = job.status === 'failed' ? remedyOf(job) : 'retry';
  const name = job.filename;
  if (remedy === 'file') return null;
  if (remedy === 'options')
    return (
      <a
        class="button"
        href={hrefOf({ view: 'job', id: job.id })}
        aria-label={t('jobs.options_one', { name })}
        onClick={() => leaveFromRow(job.id)}
      >
        {t('jobs.options')}
      </a>
    );
  return (
    <button type="button" aria-label={t('jobs.retry_one', { name })} onClick={() => void retryJob(job.id)}>
      <Icon name="repeat" />
      <span>{t('jobs.retry')}</span>
    </button>
  );
}

function Delete({ job }: { job: JobView }) {
  return (
    <button
      type="button"
      class="quiet-button icon-button"
      aria-label={t('jobs.delete_one', { name: job.filename })}
      title={t('jobs.delete')}
      onClick={() => {
        const rows = shown.value.map(({ id }) => id);
        const at = rows.indexOf(job.id);
        deleteJobs([job]);
        focusRow(rows[at + 1] ?? rows[at - 1]);
      }}
    >
      <Icon name="trash" />
    </button>
  );
}
