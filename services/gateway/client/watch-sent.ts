import type { JobView } from '../../shared/jobs/job-view.ts';
import { mayNeedWhole } from './may-need-whole.ts';
import type { Session } from './session/session.ts';
import { type WatchOptions, watchJob } from './watch-job.ts';

export interface WatchSentOptions extends WatchOptions {
  /**
   * Sends all of a film of which only the sound was sent, and resolves with the new job. It gets the failed one. Undefined where
   * all of it was sent.
   */
  sendWhole: ((failed: JobView) => Promise<{ id: string }>) | undefined;
}

/**
 * Watches the job of a film that was sent, until it is final. Where only the sound was sent, and the job fails in a way in which it
 * might not with all of the film, it has all of it sent, once, and watches the job of that.
 */
export async function watchSent(
  session: Session,
  id: string,
  { sendWhole, ...options }: WatchSentOptions,
): Promise<JobView> {
  const job = await watchJob(session, id, options);
  if (!sendWhole || !mayNeedWhole(job)) return job;
  const whole = await sendWhole(job);
  return watchJob(session, whole.id, options);
}
