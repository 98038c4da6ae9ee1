import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../shared/blobs.ts';
import { isAppError } from '../shared/errors.ts';
import { TOPICS } from '../shared/events.ts';
import { deleted, overdue } from '../shared/job-changes.ts';
import { isVisible, type Job, unneededBlobs } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';
import { outcomeOf } from '../shared/outcome.ts';
import type { Sidecar } from '../shared/sidecar.ts';
import type { FailedIndex } from './failed-index.ts';
import { createLook, type LookPorts, type Still } from './look.ts';
import { createNewlyFailed } from './newly-failed.ts';
import type { SweepMetrics } from './sweep-metrics.ts';

/** What one pass may take for clearing up; the next goes on. */
const CLEAR_MS = 60_000;

export interface SweepPorts extends LookPorts {
  blobs: BlobStore;
  failedIndex: FailedIndex;
  publish: Sidecar['publish'];
  metrics: SweepMetrics;
  log: Log;
}

/**
 * Nothing rests on one message, nor on one process: what is open and stands still is taken up again. Jobs to convert and
 * outcomes to tell are published once more, uploads that died and jobs whose time is over are given up, what nobody needs
 * is deleted, and what is settled leaves the index, and what has failed is listed for the operator. Any number of replicas may do this at once; it costs what is open, not
 * what there was.
 */
export function createSweep(ports: SweepPorts) {
  const { jobs, index, blobs, failedIndex, publish, metrics, log } = ports;
  const look = createLook(ports);
  const addNewlyFailed = createNewlyFailed(failedIndex);

  /** One that fails leaves the others their turn. */
  async function each<T extends { job: Job | undefined }>(
    items: T[],
    signal: AbortSignal,
    work: (item: T) => Promise<void>,
  ): Promise<T[]> {
    const succeeded: T[] = [];
    for (const item of items) {
      if (signal.aborted) break;
      try {
        await work(item);
        succeeded.push(item);
      } catch (error) {
        log.warn({ err: error, job_id: item.job?.id }, 'a job could not be swept; the next pass tries again');
      }
    }
    return succeeded;
  }

  /** By compare-and-set against an upload or a converter that is alive after all: one of the two finds itself too late. */
  async function giveUp(seen: Job, signal: AbortSignal): Promise<void> {
    const end = seen.status === 'uploading' ? deleted() : overdue();
    let ended: Job | undefined;
    const change = (job: Job) => {
      ended = job.status === seen.status && job.updated_at === seen.updated_at ? end(job) : undefined;
      return ended;
    };
    try {
      await jobs.update(seen.id, change, signal);
    } catch (error) {
      // Another replica was first, or its owner has just deleted it.
      if (isAppError(error, 'not_found')) return;
      throw error;
    }
    if (!ended) return;
    const context = { job_id: seen.id, trace_id: seen.trace_id };
    const outcome = outcomeOf(ended);
    if (!outcome) return log.info(context, 'an upload that stood still is given up');
    log.error(context, 'a job was not converted in the time for which it is kept');
    await publish(TOPICS.mp3, outcome);
  }

  async function clearUp(
    settled: Still['settled'],
    signal: AbortSignal,
    deadline: AbortSignal,
  ): Promise<void> {
    const cleared = await each(settled, deadline, async ({ job }) => {
      for (const blob of job ? unneededBlobs(job) : []) await blobs.delete(blob, deadline);
    });
    const failed = cleared.flatMap(({ job }) => (job?.status === 'failed' && isVisible(job) ? [job] : []));
    // In this order: a job that has failed is in one of the two indexes at any time.
    if (failed.length > 0) await failedIndex.add(failed, signal);
    if (cleared.length > 0)
      await index.close(
        cleared.map(({ entry }) => entry),
        signal,
      );
  }

  async function republish(waiting: Still['waiting'], signal: AbortSignal): Promise<void> {
    for (const { job, again } of waiting) {
      signal.throwIfAborted();
      const outcome = outcomeOf(job);
      const [topic, event] = outcome
        ? [TOPICS.mp3, outcome]
        : [TOPICS.video, { job_id: job.id, trace_id: job.trace_id }];
      await publish(topic, event);
      again();
      metrics.republished(topic);
      log.info({ job_id: job.id, trace_id: job.trace_id, topic }, 'published again');
    }
  }

  /** One pass over all that is open. */
  async function pass(signal: AbortSignal): Promise<void> {
    const { hopeless, settled, failed, waiting } = await look(signal);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(CLEAR_MS)]);
    // Beside each other: a broker that is away and thousands of chunks to delete do not hold each other up.
    const works = await Promise.allSettled([
      republish(waiting, signal),
      addNewlyFailed(failed, signal),
      each(hopeless, deadline, ({ job }) => giveUp(job, deadline)),
      clearUp(settled, signal, deadline),
    ]);
    const failures = works.flatMap((work) => (work.status === 'rejected' ? [work.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, 'parts of a sweep failed');
  }

  return {
    pass,
    async run(everySeconds: number, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const end = metrics.pass();
        await pass(signal).catch((error: unknown) => {
          if (!signal.aborted) log.warn({ err: error }, 'a sweep broke off; the next goes on');
        });
        end();
        await sleep(everySeconds * 1000, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
