import type { JobView } from '../../services/shared/jobs.ts';
import type { Sent } from '../load/films.ts';

/** The jobs of one load, as their users see them now. */
export async function jobsOf(ledger: readonly Sent[], load: string): Promise<JobView[]> {
  const sent = ledger.filter(({ filename, id }) => id && filename.startsWith(`${load}-`));
  const answers = await Promise.all(sent.map(({ user, id }) => user.get(`/jobs/${id}`)));
  return answers.flatMap(({ status, bytes }) => (status === 200 ? [JSON.parse(bytes.toString())] : []));
}
