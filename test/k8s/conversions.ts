import { isFinalStatus } from '../../services/shared/jobs/job.ts';
import type { JobView } from '../../services/shared/jobs/job-view.ts';
import type { SentFilm } from '../load/send-films.ts';

/** The jobs of one load, as their users see them now. */
async function jobsOf(sent: readonly SentFilm[], load: string): Promise<JobView[]> {
  const films = sent.filter(({ filename, id }) => id && filename.startsWith(`${load}-`));
  const answers = await Promise.all(films.map(({ user, id }) => user.get(`/jobs/${id}`)));
  return answers.flatMap(({ status, bytes }) => (status === 200 ? [JSON.parse(bytes.toString())] : []));
}

/** How many jobs of a load are being converted. */
export const countConverting = async (sent: readonly SentFilm[], load: string): Promise<number> =>
  (await jobsOf(sent, load)).filter(({ status }) => status === 'converting').length;

/** The ids of the jobs of a load that are not final. */
export const openJobIds = async (sent: readonly SentFilm[], load: string): Promise<ReadonlySet<string>> =>
  new Set((await jobsOf(sent, load)).filter((job) => !isFinalStatus(job.status)).map(({ id }) => id));

/**
 * What became of the conversions of a converter that was killed. `restarted`: one was lost and has begun again. `all ended`: all
 * of the jobs in `openIds` are final, because the converter had finished them. Undefined as long as neither is certain.
 * It counts attempts, which a job that a converter hands back does not add to.
 */
export async function outcomeOfKill(
  sent: readonly SentFilm[],
  load: string,
  openIds: ReadonlySet<string>,
): Promise<'restarted' | 'all ended' | undefined> {
  const jobs = await jobsOf(sent, load);
  if (jobs.some(({ attempts }) => attempts > 1)) return 'restarted';
  const left = jobs.filter((job) => openIds.has(job.id) && !isFinalStatus(job.status));
  return left.length === 0 ? 'all ended' : undefined;
}
