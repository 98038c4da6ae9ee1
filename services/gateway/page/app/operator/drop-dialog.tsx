import { useEffect, useRef } from 'preact/hooks';
import type { FailedJobView } from '../../../operator/failed-job-view.ts';
import { t } from '../text/language.ts';

interface DropDialogProps {
  job: FailedJobView;
  onDrop: (job: FailedJobView) => Promise<void>;
  onCancel: () => void;
}

/** Asks whether a failed job may be deleted. A browser gives the focus back to the button that opened it. */
export function DropDialog({ job, onDrop, onCancel }: DropDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);

  return (
    <dialog ref={dialog} class="card" aria-labelledby="drop-title" onCancel={onCancel}>
      <div class="stack">
        <h2 id="drop-title">{t('operator.drop_title')}</h2>
        <p dir="auto">{t('operator.drop_text', { name: job.filename, email: job.email })}</p>
        <div class="actions">
          <button type="button" onClick={onCancel}>
            {t('operator.cancel')}
          </button>
          <button type="button" class="danger" onClick={() => onDrop(job)}>
            {t('operator.drop')}
          </button>
        </div>
      </div>
    </dialog>
  );
}
