import { effect, untracked } from '@preact/signals';
import { isProblem } from '../../../../client/http/errors.ts';
import { client } from '../../api.ts';
import { jobs, putJob } from '../../jobs/store.ts';
import { films, isAt } from '../state.ts';
import { settle } from './accept-film.ts';
import { forgetFilm } from './remember.ts';
import { sendNext } from './upload-queue.ts';

/** The list of conversions is told by events. This is for a page that does not show it. */
const POLL_MS = 15_000;

const accepted = () =>
  films.value.flatMap(({ id, stage }) => (stage.name === 'accepted' ? [{ id, job: stage.job }] : []));

/** Waits for the jobs of films of which the sound alone was sent. */
export function followJobs(): () => void {
  const stopEffect = effect(() => {
    const known = new Map(jobs.value.map((job) => [job.id, job]));
    const ended = accepted().flatMap(({ id, job: jobId }) => {
      const job = known.get(jobId);
      return job ? [{ id, job }] : [];
    });
    // The films change, and with them this effect.
    if (ended.length > 0)
      queueMicrotask(() =>
        untracked(() => ended.map(({ id, job }) => settle(id, job)).some(Boolean) && sendNext()),
      );
  });
  const timer = setInterval(() => accepted().forEach(({ id, job }) => void ask(id, job)), POLL_MS);
  return () => {
    stopEffect();
    clearInterval(timer);
  };
}

async function ask(id: string, jobId: string): Promise<void> {
  try {
    putJob(await client.job(jobId));
  } catch (error) {
    if (isProblem(error, 'not_found')) forgetFilm(id);
  }
}

export const hasAccepted = (): boolean => films.value.some(isAt('accepted'));
