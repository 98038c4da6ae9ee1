import { isFinalStatus } from '../../shared/jobs/job.ts';
import type { JobView } from '../../shared/jobs/job-view.ts';
import type { Clock } from './http/clock.ts';
import { isProblem } from './http/errors.ts';
import { createRetrySchedule, LONG_WAIT_MS } from './http/retry.ts';
import { allJobEvents, type JobsEvent } from './job-events.ts';
import { getJob } from './jobs.ts';
import type { Session } from './session/session.ts';
import { isWatchable } from './watch-job.ts';

/** Milliseconds before a stream that has ended is opened again, as the gateway asks in `retry`. */
const REOPEN_MS = 1_000;

export interface WatchJobsOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Called when the stream broke off and will be opened again. */
  onRetry?: (error: unknown) => void;
}

/** What happens to the jobs of the user, without the signs of life. */
export type JobsChange = Exclude<JobsEvent, { type: 'alive' }>;

/**
 * Watches all jobs of the user, also those that are sent later, until the signal aborts or the caller leaves the loop. It begins
 * with the unfinished jobs and `snapshot`. Where the stream breaks off, it is opened again: every job that was unfinished before is
 * then reported with its end. A job that was sent and ended while there was no stream is reported where the event `snapshot` says
 * `resumed`; otherwise ask `listJobs`. A job may come several times in the same state.
 * @throws ProblemError; ConnectionLostError where no stream could be opened for five minutes; the signal's reason
 */
export async function* watchJobs(session: Session, options: WatchJobsOptions): AsyncGenerator<JobsChange> {
  const { clock, signal, onRetry } = options;
  const schedule = createRetrySchedule({ maxWaitMs: LONG_WAIT_MS, alsoTransient: isWatchable });
  /** Jobs of which no end was reported. */
  const unfinished = new Set<string>();
  let lastEventId: string | undefined;
  for (;;) {
    const seen = new Set<string>();
    let delayMs = REOPEN_MS;
    try {
      for await (const { id, ...event } of allJobEvents(session, { lastEventId, signal })) {
        schedule.reset();
        if (event.type === 'snapshot') {
          for (const missed of unfinished)
            if (!seen.has(missed)) yield note(unfinished, await endOf(session, missed, signal));
        }
        // The id says that everything before it was received, so it counts only now.
        if (event.type === 'job') seen.add(event.job.id);
        if (event.type !== 'alive') yield note(unfinished, event);
        lastEventId = id ?? lastEventId;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      delayMs = schedule.delayAfter(error);
      onRetry?.(error);
    }
    await clock.sleep(delayMs, signal);
  }
}

/** Keeps in mind whether the job of a change is unfinished, and returns the change. */
function note(unfinished: Set<string>, change: JobsChange): JobsChange {
  if (change.type === 'gone') unfinished.delete(change.jobId);
  if (change.type === 'job') {
    const { id, status } = change.job;
    if (isFinalStatus(status)) unfinished.delete(id);
    else unfinished.add(id);
  }
  return change;
}

async function endOf(session: Session, id: string, signal: AbortSignal): Promise<JobsChange> {
  try {
    const job: JobView = await getJob(session, id, signal);
    return { type: 'job', job };
  } catch (error) {
    if (isProblem(error, 'not_found')) return { type: 'gone', jobId: id };
    throw error;
  }
}
