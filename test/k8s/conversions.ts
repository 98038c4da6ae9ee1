import { isFinalStatus, type JobView } from '../../services/shared/jobs/job.ts';
import type { Sent } from '../load/send-films.ts';

/** The jobs of one load, as their users see them now. */
async function jobsOf(ledger: readonly Sent[], load: string): Promise<JobView[]> {
  const sent = ledger.filter(({ filename, id }) => id && filename.startsWith(`${load}-`));
  const answers = await Promise.all(sent.map(({ user, id }) => user.get(`/jobs/${id}`)));
  return answers.flatMap(({ status, bytes }) => (status === 200 ? [JSON.parse(bytes.toString())] : []));
}

/** How many are being converted. */
export const convertingOf = async (ledger: readonly Sent[], load: string): Promise<number> =>
  (await jobsOf(ledger, load)).filter(({ status }) => status === 'converting').length;

/** The ids of the jobs of a load that have not ended. */
export const openOf = async (ledger: readonly Sent[], load: string): Promise<ReadonlySet<string>> =>
  new Set((await jobsOf(ledger, load)).filter((job) => !isFinalStatus(job.status)).map(({ id }) => id));

/**
 * What became of conversions whose converter was killed: one was lost and has begun anew, or all of `open` have ended, since the
 * converter was done with them. Undefined as long as neither can be said. A job that a converter hands back counts no attempt.
 */
export async function afterKill(
  ledger: readonly Sent[],
  load: string,
  open: ReadonlySet<string>,
): Promise<'begun anew' | 'all ended' | undefined> {
  const jobs = await jobsOf(ledger, load);
  if (jobs.some(({ attempts }) => attempts > 1)) return 'begun anew';
  const left = jobs.filter((job) => open.has(job.id) && !isFinalStatus(job.status));
  return left.length === 0 ? 'all ended' : undefined;
}
