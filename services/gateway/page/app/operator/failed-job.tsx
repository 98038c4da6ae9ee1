import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { FailedJobView } from '../../../operator/failed-job-view.ts';
import { formatDate } from '../text/format.ts';
import { t } from '../text/language.ts';

interface FailedJobProps {
  job: FailedJobView;
  onRetry: () => Promise<void>;
  onDrop: () => void;
}

export function FailedJob({ job, onRetry, onDrop }: FailedJobProps) {
  const isBusy = useSignal(false);
  const { filename: name, error } = job;
  const retry = async () => {
    isBusy.value = true;
    await onRetry();
    isBusy.value = false;
  };
  return (
    <li class="card stack failed-job">
      <div class="title-row">
        <h3 dir="auto">{name}</h3>
        {error && <span class="badge bad">{error.code}</span>}
      </div>
      {error && <p>{error.detail}</p>}
      <dl class="details">
        <Detail name={t('operator.failed_at')}>{formatDate(job.updated_at)}</Detail>
        <Detail name={t('operator.attempts')}>{t('operator.count', { count: job.attempts })}</Detail>
        <Detail name={t('operator.run')}>{t('operator.count', { count: job.run })}</Detail>
        <Detail name={t('operator.expires_at')}>{formatDate(job.expires_at)}</Detail>
        <Detail name={t('operator.owner')}>
          <bdi>{job.email || job.owner}</bdi>
        </Detail>
        <Detail name={t('operator.id')}>
          <code>{job.id}</code>
        </Detail>
        <Detail name={t('operator.trace')}>
          {job.trace_id === null ? t('operator.unknown') : <code>{job.trace_id}</code>}
        </Detail>
      </dl>
      <div class="actions">
        <button
          type="button"
          onClick={retry}
          disabled={isBusy.value}
          aria-label={t('operator.retry_label', { name })}
        >
          {t('operator.retry')}
        </button>
        <button
          type="button"
          class="danger"
          onClick={onDrop}
          disabled={isBusy.value}
          aria-label={t('operator.drop_label', { name })}
        >
          {t('operator.drop')}
        </button>
      </div>
    </li>
  );
}

function Detail({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
