import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import type { Options } from '../../convert/options/options.ts';
import { t } from '../../text/language.ts';
import { retryJob } from '../actions.ts';
import { FailedToLoad } from '../failed-to-load.tsx';
import { useLoaded } from '../use-loaded.ts';
import { optionsToSend, queryOfOptions } from './options-query.ts';

interface ConvertAgainProps {
  job: JobView;
  /** Whether it was opened by hand, so that the focus goes there. */
  isAsked: boolean;
  /** Called once the job is in the queue again. */
  onBegun: () => void;
}

/** Converts a job again with other options. It begins with those that the job has. */
export function ConvertAgain({ job, isAsked, onBegun }: ConvertAgainProps) {
  const options = useSignal<Options>(queryOfOptions(job.options));
  const isBusy = useSignal(false);
  const { loaded, retry } = useLoaded(loadForm, undefined);
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (isAsked) title.current?.focus();
  }, []);
  const { value } = loaded;
  const { original, tracks, duration_seconds } = job.source;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (value.state !== 'ready' || isBusy.value) return;
    if (value.value.checkOptions(options.value, duration_seconds).length > 0) return;
    isBusy.value = true;
    const isBegun = await retryJob(job.id, optionsToSend(options.value));
    isBusy.value = false;
    if (isBegun) onBegun();
  };
  return (
    <form class="convert-again" onSubmit={submit} aria-labelledby="again-title">
      <h2 id="again-title" ref={title} tabIndex={-1}>
        {t('result.again_title')}
      </h2>
      {job.mp3 && <p class="quiet">{t('result.again_hint')}</p>}
      {value.state === 'loading' && <p class="quiet">{t('shell.loading')}</p>}
      {value.state === 'failed' && <FailedToLoad error={value.error} retry={retry} />}
      {value.state === 'ready' && (
        <>
          <value.value.OptionsForm
            value={options.value}
            // Of a film whose sound alone was sent, there is no other track.
            tracks={original === null ? tracks : null}
            filmSeconds={duration_seconds}
            onChange={(changed) => {
              options.value = changed;
            }}
          />
          <button type="submit" class="primary" aria-disabled={isBusy.value}>
            {t('result.again_start')}
          </button>
        </>
      )}
    </form>
  );
}

async function loadForm() {
  const [{ OptionsForm }, { checkOptions }] = await Promise.all([
    import('../../convert/options/options-form.tsx'),
    import('../../convert/options/check-options.ts'),
  ]);
  return { OptionsForm, checkOptions };
}
