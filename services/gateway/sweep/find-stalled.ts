import { isExpired, isFinal, isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { openJobs } from '../job-index/active-jobs.ts';
import { count } from '../job-index/count-active.ts';
import type { JobIndex, OpenJob } from '../job-index/job-index.ts';
import { emptyCounts, type OwnerCounts } from '../limits/quota.ts';
import { isVideoDue } from './delete-videos.ts';
import type { FindNotified } from './find-notified.ts';
import type { FailedRun } from './list-failed.ts';
import type { SweepMetrics } from './metrics.ts';
import { createStallDetector } from './stall-detector.ts';

export interface FindStalledPorts {
  jobs: JobStore;
  index: JobIndex;
  findNotified: FindNotified;
  /** Gets what each look has counted. */
  counted: (unfinished: OwnerCounts) => void;
  metrics: Pick<SweepMetrics, 'open'>;
  stallTimeoutMs: number;
  /** So long before it expires, a job that has not been converted is ended: its owner is to be told. */
  failBeforeExpiryMs: number;
  /** How long the video of a job is kept after the job is done. */
  keepVideoMs: number;
  log: Log;
}

/** What has stood still for too long, by what is to be done about it. */
export interface StalledJobs {
  /** Uploads that died, and jobs that are not converted and have no time left. */
  toFail: Job[];
  /** Nothing is left to do but to clear up; an entry may have no job. */
  toCleanUp: { id: string; entry: OpenJob; job: Job | undefined }[];
  /** All that have failed, whether they stand still or not. */
  failed: FailedRun[];
  /** Jobs to convert and outcomes to tell; `again` is called when that was published. */
  toRepublish: { id: string; job: Job; markRepublished(): void }[];
  /** Jobs that are done and whose video is not kept any longer; they need not have stood still. */
  dueVideos: Job[];
}

/** Looks at all that is open, and writes nothing. */
export function createFindStalled(ports: FindStalledPorts) {
  const {
    jobs,
    index,
    findNotified: whoIsTold,
    counted,
    metrics,
    stallTimeoutMs: silentMs,
    failBeforeExpiryMs: tellMs,
    keepVideoMs,
    log,
  } = ports;
  const patience = createStallDetector(silentMs);
  const isOverdue = (job: Job) => !isFinal(job) && isExpired(job, tellMs);

  return async (signal: AbortSignal): Promise<StalledJobs> => {
    const readAt = performance.now();
    const still: StalledJobs = { toFail: [], toCleanUp: [], failed: [], toRepublish: [], dueVideos: [] };
    const seen = new Set<string>();
    const unfinished = emptyCounts();
    const statuses = new Map<Job['status'], number>();
    for await (const { entries, stored } of openJobs(jobs, index, signal, log)) {
      const documents = [...stored.values()].map(({ document }) => document);
      const told = await whoIsTold(documents, signal);
      for (const job of documents) {
        count(unfinished, job);
        const { id, generation, expires_at } = job;
        if (job.status === 'failed' && isVisible(job)) still.failed.push({ id, generation, expires_at });
        statuses.set(job.status, (statuses.get(job.status) ?? 0) + 1);
        if (job.status === 'done' && !isExpired(job) && isVideoDue(job.updated_at, keepVideoMs))
          still.dueVideos.push(job);
      }
      for (const entry of entries) {
        seen.add(entry.id);
        const { document: job, etag } = stored.get(entry.id) ?? {};
        const isSettled = !job || isExpired(job) || job.status === 'deleted' || told(job);
        const late = job !== undefined && isOverdue(job);
        const silent = patience.check(entry.id, `${entry.version} ${etag} ${isSettled} ${late}`, readAt);
        if (!silent) continue;
        if (isSettled) still.toCleanUp.push({ id: entry.id, entry, job });
        else if (job.status === 'uploading' || late) still.toFail.push(job);
        else still.toRepublish.push({ id: entry.id, job, markRepublished: silent.markRepublished });
      }
    }
    patience.forgetAllBut(seen);
    counted(unfinished);
    metrics.open(statuses);
    return still;
  };
}
