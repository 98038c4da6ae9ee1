import { type JobView, jobView } from '../../../shared/jobs/job.ts';
import { readJson } from './gateway.ts';
import type { Session } from './session.ts';

/** The fields of a job that this program uses. */
export const jobState = jobView.pick({
  id: true,
  status: true,
  progress: true,
  eta_seconds: true,
  filename: true,
  mp3: true,
  error: true,
});
export type JobState = Pick<
  JobView,
  'id' | 'status' | 'progress' | 'eta_seconds' | 'filename' | 'mp3' | 'error'
>;

export async function getJob(session: Session, id: string, signal: AbortSignal): Promise<JobState> {
  const reply = await session.send({ method: 'GET', path: `/jobs/${id}`, silence: 15_000, signal });
  return readJson(reply, jobState, session.url);
}
