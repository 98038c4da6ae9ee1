import { TOPICS, type VideoEvent } from '../shared/events.ts';
import type { Job } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';
import type { Sidecar } from '../shared/sidecar.ts';

/** Publishes `video` for saved jobs, beside the request: the answer does not wait for the broker, and the sweep makes up for what fails. */
export function createAnnouncer(publish: Sidecar['publish'], log: Log) {
  const pending = new Set<Promise<void>>();
  return {
    announce(job: Job): void {
      const event: VideoEvent = { job_id: job.id, trace_id: job.trace_id };
      const context = { job_id: job.id, trace_id: job.trace_id };
      const publishing = publish(TOPICS.video, event)
        .then(() => log.info(context, 'video published'))
        .catch((error: unknown) =>
          log.warn({ ...context, err: error }, 'video not published; the sweep will'),
        )
        .finally(() => pending.delete(publishing));
      pending.add(publishing);
    },
    /** Resolves when nothing is on its way any more. */
    async settled(): Promise<void> {
      await Promise.all(pending);
    },
  };
}
