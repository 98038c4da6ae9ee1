import { TOPICS } from '../../shared/contract/events.ts';
import { videoEventOf } from '../../shared/jobs/job-events.ts';
import type { ConvertJobPorts } from './convert-job.ts';

/** Milliseconds until the job is read. */
const READ_MS = 2_000;

/**
 * Publishes the event of a job that waits again, because its last one may be acknowledged. Never rejects: the sweep publishes it
 * later, too.
 */
export async function publishAgain(
  { jobs, publish, log }: Pick<ConvertJobPorts, 'jobs' | 'publish' | 'log'>,
  id: string,
): Promise<void> {
  try {
    const job = await jobs.find(id, AbortSignal.timeout(READ_MS));
    if (job?.status === 'queued') await publish(TOPICS.video, videoEventOf(job));
  } catch (error) {
    log.warn(
      { err: error, job_id: id },
      'the event of a job that was handed back was not published; the sweep publishes it',
    );
  }
}
