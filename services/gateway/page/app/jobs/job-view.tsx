import { useEffect } from 'preact/hooks';
import { isProblem } from '../../../client/http/errors.ts';
import { client } from '../api.ts';
import { BackLink } from '../shell/back-link.tsx';
import { loadTexts, t } from '../text/language.ts';
import { hiddenJobs } from './deletion.ts';
import { FailedToLoad } from './failed-to-load.tsx';
import { leaveFromRow } from './list-focus.ts';
import { findJob, putJob } from './store.ts';
import { useLoaded } from './use-loaded.ts';
import './jobs.css';

/** One conversion, with its MP3. Its code is loaded when it is opened. */
export function JobView({ id }: { id: string }) {
  useEffect(() => leaveFromRow(id), [id]);
  const { loaded, retry } = useLoaded(async (signal) => {
    const [{ ResultView }] = await Promise.all([
      import('./result/result-view.tsx'),
      loadJob(id, signal),
      loadTexts('result', 'films'),
    ]);
    return ResultView;
  }, id);
  const { value } = loaded;
  const job = hiddenJobs.value.has(id) ? undefined : findJob(id);
  const isGone = value.state === 'failed' ? isProblem(value.error, 'not_found') : job === undefined;
  return (
    <>
      <BackLink />
      {value.state === 'loading' && <Loading />}
      {value.state !== 'loading' && isGone && <Gone />}
      {value.state === 'failed' && !isGone && <FailedToLoad error={value.error} retry={retry} />}
      {value.state === 'ready' && job && <value.value job={job} key={id} />}
    </>
  );
}

/** The stream tells of changes, so a job that is known is up to date. */
async function loadJob(id: string, signal: AbortSignal): Promise<void> {
  if (findJob(id) === undefined) putJob(await client.job(id, { signal }));
}

function Loading() {
  return (
    <div class="card result-loading">
      <p class="quiet">{t('jobs.loading_one')}</p>
    </div>
  );
}

function Gone() {
  return (
    <div class="card gone">
      <h1>{t('jobs.gone')}</h1>
      <p class="quiet">{t('jobs.gone_hint')}</p>
    </div>
  );
}
