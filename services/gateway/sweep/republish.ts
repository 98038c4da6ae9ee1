import { TOPICS } from '../../shared/contract/events.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import { isFinal, type Job } from '../../shared/jobs/job.ts';
import { mp3EventOf, videoEventOf } from '../../shared/jobs/job-events.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createFairQueue } from './fair-queue.ts';
import type { StalledJobs } from './find-stalled.ts';
import type { SweepMetrics } from './metrics.ts';

export interface RepublishPorts {
  publish: Sidecar['publish'];
  metrics: Pick<SweepMetrics, 'republished'>;
  log: Log;
}

/** Publishes the event that a job waits for: its outcome, or the request to convert it. One that has ended may wait for none. */
export async function publishEvent(publish: Sidecar['publish'], job: Job): Promise<void> {
  const outcome = mp3EventOf(job);
  if (outcome) await publish(TOPICS.mp3, outcome);
  else if (!isFinal(job)) await publish(TOPICS.video, videoEventOf(job));
}

/** Publishes the events of stalled jobs again, because they may have got lost. */
export function createRepublish({ publish, metrics, log }: RepublishPorts) {
  const queue = createFairQueue(log);
  return async (stalled: StalledJobs['toRepublish'], signal: AbortSignal): Promise<void> => {
    const republishOne = async ({ job, markRepublished }: StalledJobs['toRepublish'][number]) => {
      await publishEvent(publish, job);
      markRepublished();
      const topic = mp3EventOf(job) ? TOPICS.mp3 : TOPICS.video;
      metrics.republished(topic);
      log.info({ job_id: job.id, trace_id: job.trace_id, topic }, 'published again');
    };
    await queue.run(stalled, republishOne, signal);
  };
}
