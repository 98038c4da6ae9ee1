import { isExpired, isFinal, isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { openJobs } from '../job-index/active-jobs.ts';
import { count } from '../job-index/count-active.ts';
import type { JobIndex, OpenJob } from '../job-index/job-index.ts';
import { emptyTally, type Tally } from '../limits/quota.ts';
import { isVideoDue } from './delete-videos.ts';
import type { ToldReader } from './find-notified.ts';
import type { FailedRun } from './list-failed.ts';
import type { SweepMetrics } from './metrics.ts';
import { createPatience } from './stall-detector.ts';

export interface LookPorts {
  jobs: JobStore;
  index: JobIndex;
  whoIsTold: ToldReader;
  /** Gets what each look has counted. */
  counted: (unfinished: Tally) => void;
  metrics: Pick<SweepMetrics, 'open'>;
  silentMs: number;
  /** So long before it expires, a job that has not been converted is ended: its owner is to be told. */
  tellMs: number;
  /** How long the video of a job is kept after the job is done. */
  keepVideoMs: number;
  log: Log;
}

/** What has stood still for too long, by what is to be done about it. */
export interface Still {
  /** Uploads that died, and jobs that are not converted and have no time left. */
  hopeless: Job[];
  /** Nothing is left to do but to clear up; an entry may have no job. */
  settled: { id: string; entry: OpenJob; job: Job | undefined }[];
  /** All that have failed, whether they stand still or not. */
  failed: FailedRun[];
  /** Jobs to convert and outcomes to tell; `again` is called when that was published. */
  waiting: { id: string; job: Job; again(): void }[];
  /** Jobs that are done and whose video is not kept any longer; they need not have stood still. */
  dueVideos: Job[];
}

/** Looks at all that is open, and writes nothing. */
export function createLook(ports: LookPorts) {
  const { jobs, index, whoIsTold, counted, metrics, silentMs, tellMs, keepVideoMs, log } = ports;
  const patience = createPatience(silentMs);
  const isOverdue = (job: Job) => !isFinal(job) && isExpired(job, tellMs);

  return async (signal: AbortSignal): Promise<Still> => {
    const readAt = performance.now();
    const still: Still = { hopeless: [], settled: [], failed: [], waiting: [], dueVideos: [] };
    const seen = new Set<string>();
    const unfinished = emptyTally();
    const statuses = new Map<Job['status'], number>();
    for await (const { entries, stored } of openJobs(jobs, index, signal, log)) {
      const documents = [...stored.values()].map(({ document }) => document);
      const told = await whoIsTold(documents, signal);
      for (const job of documents) {
        count(unfinished, job);
        const { id, run, expires_at } = job;
        if (job.status === 'failed' && isVisible(job)) still.failed.push({ id, run, expires_at });
        statuses.set(job.status, (statuses.get(job.status) ?? 0) + 1);
        if (job.status === 'done' && !isExpired(job) && isVideoDue(job.updated_at, keepVideoMs))
          still.dueVideos.push(job);
      }
      for (const entry of entries) {
        seen.add(entry.id);
        const { document: job, etag } = stored.get(entry.id) ?? {};
        const isSettled = !job || isExpired(job) || job.status === 'deleted' || told(job);
        const late = job !== undefined && isOverdue(job);
        const silent = patience.of(entry.id, `${entry.version} ${etag} ${isSettled} ${late}`, readAt);
        if (!silent) continue;
        if (isSettled) still.settled.push({ id: entry.id, entry, job });
        else if (job.status === 'uploading' || late) still.hopeless.push(job);
        else still.waiting.push({ id: entry.id, job, again: silent.again });
      }
    }
    patience.forgetAllBut(seen);
    counted(unfinished);
    metrics.open(statuses);
    return still;
  };
}
