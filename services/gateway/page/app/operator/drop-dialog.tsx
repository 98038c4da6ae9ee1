import { useLayoutEffect, useRef } from 'preact/hooks';
import type { FailedJobView } from '../../../operator/failed-job-view.ts';
import { t } from '../text/language.ts';

interface DropDialogProps {
  job: FailedJobView;
  onDrop: (job: FailedJobView) => void;
  /** Called after the dialog has closed, and the button that opened it has the focus again. */
  onClose: () => void;
}

/** Asks whether a failed job may be deleted. */
export function DropDialog({ job, onDrop, onClose }: DropDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  // Only a dialog that is closed before it is removed gives the focus back.
  const close = () => dialog.current?.close();
  const drop = () => {
    close();
    onDrop(job);
  };

  return (
    <dialog ref={dialog} class="card" aria-labelledby="drop-title" onClose={onClose}>
      <div class="stack">
        <h2 id="drop-title">{t('operator.drop_title')}</h2>
        <p>{t('operator.drop_text', { name: job.filename, email: job.email || job.owner })}</p>
        <div class="actions">
          <button type="button" onClick={close}>
            {t('operator.cancel')}
          </button>
          <button type="button" class="danger" onClick={drop}>
            {t('operator.drop')}
          </button>
        </div>
      </div>
    </dialog>
  );
}
