import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { expire, type Transition, tombstone } from '../../shared/jobs/transitions.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { createFairQueue } from './fair-queue.ts';
import { publishEvent } from './republish.ts';

export interface FailStalledPorts {
  jobs: JobStore;
  publish: Sidecar['publish'];
  log: Log;
}

/** Ends uploads that died, fails jobs that have no time left, and publishes their outcomes. */
export function createFailStalled({ jobs, publish, log }: FailStalledPorts) {
  const queue = createFairQueue(log);
  return async (stalled: readonly Job[], signal: AbortSignal): Promise<void> => {
    const failed: Job[] = [];
    const failOne = async (seen: Job) => {
      const ended = await expireStalled(jobs, seen, signal);
      if (!ended) return;
      const context = { job_id: seen.id, trace_id: seen.trace_id };
      if (ended.status === 'deleted') return log.info(context, 'a stalled upload was ended');
      log.error(context, 'a job was not converted before it expires');
      failed.push(ended);
    };
    await queue.run(stalled, failOne, signal);
    // Events are published after all jobs have failed, so that an unavailable broker does not use up the time for that. A job
    // whose event gets lost is active, and a later pass publishes the event.
    await createFairQueue(log).run(failed, (job) => publishEvent(publish, job), signal);
  };
}

/**
 * Ends a stalled upload by a tombstone, or fails a job that has no time left. Returns the job as it is then, or undefined
 * when the job has changed since it was seen. The change is made by compare-and-set, so that an upload or a converter which
 * is alive after all finds out that it is too late.
 */
async function expireStalled(jobs: JobStore, seen: Job, signal: AbortSignal): Promise<Job | undefined> {
  let ended: Job | undefined;
  const expireIfUnchanged: Transition = (job) => {
    const isUnchanged = job.status === seen.status && job.updated_at === seen.updated_at;
    const end = job.status === 'uploading' ? tombstone : expire;
    ended = isUnchanged ? end(job) : undefined;
    return ended;
  };
  try {
    await jobs.update(seen.id, expireIfUnchanged, signal);
  } catch (error) {
    // Another replica was first, or the owner has just deleted the job.
    if (isAppError(error, 'not_found')) return undefined;
    throw error;
  }
  return ended;
}
