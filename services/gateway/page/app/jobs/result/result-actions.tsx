import { useSignal } from '@preact/signals';
import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import { hrefOf } from '../../route.ts';
import { Icon } from '../../shell/icons.tsx';
import { t } from '../../text/language.ts';
import { cancelJob, deleteJobs, downloadMp3, retryJob } from '../actions.ts';
import { remedyOf } from '../failure-text.ts';
import { ConvertAgain } from './convert-again.tsx';
import { CopyLink, type Link, LinkByHand } from './copy-link.tsx';

/** What can be done with a job. */
export function ResultActions({ job }: { job: JobView }) {
  const link = useSignal<Link | undefined>(undefined);
  const isAgainOpen = useSignal(job.status === 'failed' && remedyOf(job) === 'options');
  const isAgainAsked = useSignal(false);
  const { id, status, mp3 } = job;
  const isFinal = status === 'done' || status === 'failed' || status === 'cancelled';
  return (
    <>
      <div class="result-actions">
        {mp3 && <Download id={id} />}
        {mp3 && <CopyLink id={id} shown={link} />}
        {!isFinal && (
          <button type="button" onClick={() => void cancelJob(id)}>
            {t('jobs.cancel')}
          </button>
        )}
        {(status === 'cancelled' || (status === 'failed' && remedyOf(job) === 'retry')) && (
          <button type="button" onClick={() => void retryJob(id)}>
            <Icon name="repeat" />
            <span>{t('jobs.retry')}</span>
          </button>
        )}
        {isFinal && (
          <button
            type="button"
            aria-expanded={isAgainOpen.value}
            onClick={() => {
              isAgainAsked.value = true;
              isAgainOpen.value = !isAgainOpen.value;
            }}
          >
            {t('result.again')}
          </button>
        )}
        {isFinal && <Delete job={job} />}
      </div>
      {link.value && <LinkByHand link={link.value} />}
      {isFinal && isAgainOpen.value && (
        <ConvertAgain
          job={job}
          isAsked={isAgainAsked.value}
          onBegun={() => {
            isAgainOpen.value = false;
          }}
        />
      )}
    </>
  );
}

function Download({ id }: { id: string }) {
  return (
    <a
      class="button primary"
      href={`/download/${id}`}
      download=""
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

function Delete({ job }: { job: JobView }) {
  return (
    <button
      type="button"
      class="danger"
      onClick={() => {
        deleteJobs([job]);
        location.hash = hrefOf({ view: 'home' });
      }}
    >
      <Icon name="trash" />
      <span>{t('jobs.delete')}</span>
    </button>
  );
}
