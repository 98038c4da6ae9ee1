import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import { announce } from '../../shell/announce.tsx';
import { Icon } from '../../shell/icons.tsx';
import { t } from '../../text/language.ts';
import { renameJob } from '../actions.ts';
import { findJob } from '../store.ts';

/** The name of a job as the title of its page. It can be changed in place. */
export function Name({ job }: { job: JobView }) {
  const isEditing = useSignal(false);
  const title = useRef<HTMLHeadingElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  // The page has changed, so a screen reader reads its new title.
  useLayoutEffect(() => title.current?.focus({ preventScroll: true }), []);
  const wasEditing = useRef(false);
  useLayoutEffect(() => {
    if (wasEditing.current && !isEditing.value) button.current?.focus();
    wasEditing.current = isEditing.value;
  }, [isEditing.value]);
  const end = () => {
    isEditing.value = false;
  };
  if (isEditing.value) return <NameForm job={job} onEnd={end} />;
  return (
    <div class="result-name">
      <h1 ref={title} tabIndex={-1} dir="auto">
        {job.filename}
      </h1>
      <button
        ref={button}
        type="button"
        class="quiet-button icon-button"
        aria-label={t('result.rename')}
        title={t('result.rename')}
        onClick={() => {
          isEditing.value = true;
        }}
      >
        <Icon name="pencil" />
      </button>
    </div>
  );
}

function NameForm({ job, onEnd }: { job: JobView; onEnd: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const isBusy = useSignal(false);
  useLayoutEffect(() => {
    input.current?.focus();
    // The extension stays as it is, where there is one.
    const dot = job.filename.lastIndexOf('.');
    input.current?.setSelectionRange(0, dot > 0 ? dot : job.filename.length);
  }, []);
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const name = input.current?.value.trim() ?? '';
    if (name === '' || isBusy.value) return;
    isBusy.value = true;
    const isSaved = name === job.filename || (await renameJob(job.id, name));
    isBusy.value = false;
    if (!isSaved) return;
    announce(t('result.renamed', { name: findJob(job.id)?.filename ?? name }));
    onEnd();
  };
  return (
    <form
      class="result-name"
      onSubmit={save}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onEnd();
      }}
    >
      <h1 class="visually-hidden">{job.filename}</h1>
      <label class="name-field">
        <span class="visually-hidden">{t('result.name')}</span>
        <input ref={input} name="name" dir="auto" required maxLength={255} defaultValue={job.filename} />
      </label>
      <button class="primary" type="submit" aria-disabled={isBusy.value}>
        {t('result.save')}
      </button>
      <button type="button" onClick={onEnd}>
        {t('result.discard')}
      </button>
    </form>
  );
}
