import { isFinalStatus } from '../../../../../shared/jobs/job.ts';
import type { JobView } from '../../../../../shared/jobs/job-view.ts';
import { mayNeedWhole } from '../../../../client/may-need-whole.ts';
import type { SentVideo } from '../../../../client/send-video.ts';
import { client } from '../../api.ts';
import { putJob } from '../../jobs/store.ts';
import { changeFilm, countFinished, findFilm } from '../state.ts';
import { forgetFilm, keepFilm } from './remember.ts';

/** Hands a film that the gateway has over to the list of conversions. */
export async function accept(id: string, { id: job, kind }: SentVideo): Promise<void> {
  const item = findFilm(id);
  if (item) countFinished(item);
  if (kind === 'sound') {
    changeFilm(id, { stage: { name: 'accepted', job } });
    keepFilm(id);
  }
  // The list of conversions learns of the job by itself where this fails.
  const view = await client.job(job).catch(() => undefined);
  if (view) putJob(view);
  if (kind === 'whole') forgetFilm(id);
  else if (view) settle(id, view);
}

/**
 * Ends the care for a film of which the sound was sent, once its job has ended. Where nothing could be made of the sound alone,
 * all of the film is sent, as the command line does: returns whether it has to be.
 */
export function settle(id: string, job: JobView): boolean {
  if (!isFinalStatus(job.status)) return false;
  if (!mayNeedWhole(job)) {
    forgetFilm(id);
    return false;
  }
  const stage = { name: findFilm(id)?.film ? 'waiting' : 'missing' } as const;
  changeFilm(id, { stage, whole: true, isSecondTry: true, sent: 0, toSend: 0, fingerprint: undefined });
  keepFilm(id);
  return stage.name === 'waiting';
}
