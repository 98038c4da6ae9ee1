import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../shared/blobs.ts';
import { isAppError } from '../shared/errors.ts';
import { TOPICS } from '../shared/events.ts';
import { deleted } from '../shared/job-changes.ts';
import { type Job, unneededBlobs } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';
import { outcomeOf } from '../shared/outcome.ts';
import type { Sidecar } from '../shared/sidecar.ts';
import type { FailedIndex } from './failed-index.ts';
import { createLook, type LookPorts, type Still } from './look.ts';
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
 * outcomes to tell are published once more, uploads that died are given up, what nobody needs is deleted, and what is settled
 * leaves the index. Any number of replicas may do this at once; it costs what is open, not what there was.
 */
export function createSweep(ports: SweepPorts) {
  const { jobs, index, blobs, failedIndex, publish, metrics, log } = ports;
  const look = createLook(ports);

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

  /** By compare-and-set against an upload that is alive after all: one of the two finds itself too late. */
  async function giveUp(upload: Job, signal: AbortSignal): Promise<void> {
    const isSame = (job: Job) => job.status === 'uploading' && job.updated_at === upload.updated_at;
    try {
      const job = await jobs.update(upload.id, (job) => (isSame(job) ? deleted()(job) : undefined), signal);
      if (job.status !== 'deleted') return;
      log.info({ job_id: upload.id, trace_id: upload.trace_id }, 'an upload that stood still is given up');
    } catch (error) {
      // Another replica was first.
      if (!isAppError(error, 'not_found')) throw error;
    }
  }

  async function clearUp(
    settled: Still['settled'],
    signal: AbortSignal,
    deadline: AbortSignal,
  ): Promise<void> {
    const cleared = await each(settled, deadline, async ({ job }) => {
      for (const blob of job ? unneededBlobs(job) : []) await blobs.delete(blob, deadline);
    });
    const failed = cleared.flatMap(({ job }) => (job?.status === 'failed' ? [job] : []));
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
    const { uploads, settled, waiting } = await look(signal);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(CLEAR_MS)]);
    // Beside each other: a broker that is away and thousands of chunks to delete do not hold each other up.
    const works = await Promise.allSettled([
      republish(waiting, signal),
      each(uploads, deadline, ({ job }) => giveUp(job, deadline)),
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
