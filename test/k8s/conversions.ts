import type { JobView } from '../../services/shared/jobs.ts';
import type { Sent } from '../load/films.ts';

/** The jobs of one load, as their users see them now. */
async function jobsOf(ledger: readonly Sent[], load: string): Promise<JobView[]> {
  const sent = ledger.filter(({ filename, id }) => id && filename.startsWith(`${load}-`));
  const answers = await Promise.all(sent.map(({ user, id }) => user.get(`/jobs/${id}`)));
  return answers.flatMap(({ status, bytes }) => (status === 200 ? [JSON.parse(bytes.toString())] : []));
}

/** How many are being converted. */
export const convertingOf = async (ledger: readonly Sent[], load: string): Promise<number> =>
  (await jobsOf(ledger, load)).filter(({ status }) => status === 'converting').length;

/** Whether a conversion was lost with its converter, and has begun anew. One that a converter has handed back does not count. */
export const isBegunAnew = async (ledger: readonly Sent[], load: string): Promise<boolean> =>
  (await jobsOf(ledger, load)).some(({ attempts }) => attempts > 1);
