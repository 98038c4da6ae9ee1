import { TOPICS } from '../../shared/contract/events.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { videoEventOf } from '../../shared/jobs/job-events.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createBackgroundTasks } from './background-tasks.ts';

/** Publishes `video` for saved jobs, beside the request: the answer does not wait for the broker, and the sweep makes up for what fails. */
export function createPublishVideo(publish: Sidecar['publish'], log: Log) {
  const publishing = createBackgroundTasks();
  return {
    announce(job: Job): void {
      const context = { job_id: job.id, trace_id: job.trace_id };
      publishing.add(
        publish(TOPICS.video, videoEventOf(job))
          .then(() => log.info(context, 'video published'))
          .catch((error: unknown) =>
            log.warn({ ...context, err: error }, 'video not published; the sweep will'),
          ),
      );
    },
    settled: publishing.settled,
  };
}
