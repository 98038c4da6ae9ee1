import { isFinalStatus } from '../../shared/jobs/job.ts';
import type { JobView } from '../../shared/jobs/job-view.ts';
import type { Clock } from './http/clock.ts';
import { ProblemError } from './http/errors.ts';
import { createRetrySchedule, LONG_WAIT_MS } from './http/retry.ts';
import { retryAfterOf } from './http/retry-after.ts';
import { jobEvents } from './job-events.ts';
import { getJob } from './jobs.ts';
import type { Session } from './session/session.ts';

/** After this many streams in a row in which nothing arrived, the job is only polled: a proxy may be buffering the events. */
const MAX_EMPTY_STREAMS = 3;
const POLL_MS = 2_000;

export interface WatchOptions {
  clock: Clock;
  signal: AbortSignal;
  /** May be called several times with the same state. */
  onChange: (job: JobView) => void;
  /** Called when a poll fails and will be repeated. */
  onRetry?: (error: unknown) => void;
}

/** Watches a job until it is final: by its event stream, and by polling where the stream breaks off. */
export async function watchJob(session: Session, id: string, options: WatchOptions): Promise<JobView> {
  const { clock, signal, onChange, onRetry } = options;
  let emptyStreams = 0;
  let lastEventId: string | undefined;
  /** A stream that was refused is not requested before this time; until then the job is polled. */
  let nextStreamAt = 0;
  const schedule = createRetrySchedule({ maxWaitMs: LONG_WAIT_MS, alsoTransient: isWatchable });
  for (;;) {
    try {
      if (emptyStreams < MAX_EMPTY_STREAMS && clock.now() >= nextStreamAt) {
        emptyStreams += 1;
        const onAlive = () => {
          emptyStreams = 0;
        };
        for await (const event of jobEvents(session, id, { lastEventId, onAlive, signal })) {
          const { job } = event;
          lastEventId = event.id ?? lastEventId;
          schedule.reset();
          onChange(job);
          if (isFinalStatus(job.status)) return job;
        }
      }
    } catch (error) {
      if (signal.aborted || !isWatchable(error)) throw error;
      nextStreamAt = clock.now() + retryAfterOf(error) * 1000;
    }
    let delayMs = POLL_MS;
    try {
      const job = await getJob(session, id, signal);
      schedule.reset();
      onChange(job);
      if (isFinalStatus(job.status)) return job;
    } catch (error) {
      if (signal.aborted) throw error;
      delayMs = schedule.delayAfter(error);
      onRetry?.(error);
    }
    await clock.sleep(delayMs, signal);
  }
}

/** A 4xx other than 429 is final; anything else may be temporary. */
export const isWatchable = (error: unknown): boolean =>
  !(error instanceof ProblemError) || error.status >= 500 || error.status === 429;
