import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { FailedJobView } from '../../../operator/failed-job-view.ts';
import { showToast } from '../shell/toasts.tsx';
import { t } from '../text/language.ts';
import { DropDialog } from './drop-dialog.tsx';
import { FailedJob } from './failed-job.tsx';
import {
  dropFailed,
  failedList,
  isListOld,
  reloadFailed,
  retryFailed,
  showMoreFailed,
} from './failed-jobs.ts';

/** The failed jobs of all users. */
export function FailedSection() {
  const toDrop = useSignal<FailedJobView | undefined>(undefined);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => void reloadFailed(), []);

  // The job is not in the list any more, and with it the button that had the focus.
  const announceGone = (text: string) => {
    showToast({ kind: 'plain', text });
    title.current?.focus();
  };
  const retry = async ({ id, filename }: FailedJobView) => {
    if (await retryFailed(id)) announceGone(t('operator.retried', { name: filename }));
  };
  const drop = async ({ id, filename }: FailedJobView) => {
    if (await dropFailed(id)) announceGone(t('operator.dropped', { name: filename }));
  };

  const { jobs, nextCursor } = failedList.value ?? {};
  return (
    <section class="stack" aria-labelledby="failed-title">
      <div class="title-row">
        <h2 id="failed-title" ref={title} tabIndex={-1}>
          {t('operator.failed')}
        </h2>
        <button type="button" onClick={reloadFailed}>
          {t('operator.reload')}
        </button>
      </div>
      {isListOld.value && <p class="notice">{t('operator.failed_changed')}</p>}
      {!jobs && <p class="quiet">{t('shell.loading')}</p>}
      {jobs?.length === 0 && <p class="quiet">{t('operator.no_failed')}</p>}
      <ul class="plain stack">
        {jobs?.map((job) => (
          <FailedJob
            key={job.id}
            job={job}
            onRetry={() => retry(job)}
            onDrop={() => {
              toDrop.value = job;
            }}
          />
        ))}
      </ul>
      {nextCursor && (
        <button type="button" class="more" onClick={showMoreFailed}>
          {t('operator.more')}
        </button>
      )}
      {toDrop.value && (
        <DropDialog
          job={toDrop.value}
          onDrop={drop}
          onClose={() => {
            toDrop.value = undefined;
          }}
        />
      )}
    </section>
  );
}
