import { TOPICS } from '../../shared/contract/events.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { videoEventOf } from '../../shared/jobs/job-events.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createBackgroundTasks } from './background-tasks.ts';

/**
 * Publishes the `video` event of a saved job in the background, so that the response does not wait for the broker. The sweep
 * publishes an event that gets lost.
 */
export function createPublishVideo(publish: Sidecar['publish'], log: Log) {
  const tasks = createBackgroundTasks();
  return {
    publishVideo(job: Job): void {
      const context = { job_id: job.id, trace_id: job.trace_id };
      tasks.add(
        publish(TOPICS.video, videoEventOf(job))
          .then(() => log.info(context, 'video published'))
          .catch((error: unknown) =>
            log.warn({ ...context, err: error }, 'the video event was not published; the sweep publishes it'),
          ),
      );
    },
    settled: tasks.settled,
  };
}
