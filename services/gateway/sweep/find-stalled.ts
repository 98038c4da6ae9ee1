import { isExpired, isFinal, isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Stored } from '../../shared/state/documents.ts';
import { readActiveJobs } from '../job-index/active-jobs.ts';
import { countIfActive } from '../job-index/count-active.ts';
import type { ActiveJob, JobIndex } from '../job-index/job-index.ts';
import { isVideoDue } from '../jobs/video-retention.ts';
import { emptyCounts, type OwnerCounts } from '../limits/quota.ts';
import type { FindNotified } from './find-notified.ts';
import type { FailedGeneration } from './index-failed.ts';
import type { SweepMetrics } from './metrics.ts';
import { createStallDetector } from './stall-detector.ts';

export interface FindStalledPorts {
  jobs: JobStore;
  index: JobIndex;
  findNotified: FindNotified;
  /** Called with the unfinished jobs of each owner, as this search has counted them. */
  updateCounts: (unfinished: OwnerCounts) => void;
  /** Called with all jobs that this search has read, so that others need not read them again. */
  observeActive?: (jobs: Iterable<Stored<Job>>) => void;
  metrics: Pick<SweepMetrics, 'setActiveJobs'>;
  stallTimeoutMs: number;
  /**
   * An unfinished job is failed this long before it expires, so that there is time to notify its owner. A job of a short life is
   * failed in the last quarter of it.
   */
  failBeforeExpiryMs: number;
  /** How long the video of a job is kept after the job is done. */
  keepVideoMs: number;
  log: Log;
}

/** The active jobs that need an action, by the kind of action. */
export interface StalledJobs {
  /** Uploads that died, and unfinished jobs that have no time left. */
  toFail: Job[];
  /** Jobs that need nothing but a clean-up. An entry of the index may have no job. */
  toCleanUp: { id: string; entry: ActiveJob; job: Job | undefined }[];
  /** Jobs to convert and outcomes to notify of. `markRepublished` is called once the event is published. */
  toRepublish: { id: string; job: Job; markRepublished(): void }[];
  /** All failed jobs, stalled or not. */
  failed: FailedGeneration[];
  /** Done jobs whose video is not kept any longer, stalled or not. */
  dueVideos: Job[];
}

/** Reads all active jobs, and returns those that need an action. Writes nothing. */
export function createFindStalled(ports: FindStalledPorts): (signal: AbortSignal) => Promise<StalledJobs> {
  const stallDetector = createStallDetector(ports.stallTimeoutMs);

  return async (signal) => {
    const readAt = performance.now();
    const found: StalledJobs = { toFail: [], toCleanUp: [], toRepublish: [], failed: [], dueVideos: [] };
    const unfinished = emptyCounts();
    const statuses = new Map<Job['status'], number>();
    const seen = new Set<string>();
    for await (const { entries, stored } of readActiveJobs(ports.jobs, ports.index, signal, ports.log)) {
      ports.observeActive?.(stored.values());
      const jobs = [...stored.values()].map(({ document }) => document);
      const isNotified = await ports.findNotified(jobs, signal);
      for (const job of jobs) {
        countIfActive(unfinished, job);
        statuses.set(job.status, (statuses.get(job.status) ?? 0) + 1);
        addUnstalled(found, job, ports.keepVideoMs);
      }
      for (const entry of entries) {
        seen.add(entry.id);
        const { document: job, etag } = stored.get(entry.id) ?? {};
        const need = needOf(job, isNotified, ports.failBeforeExpiryMs);
        const stall = stallDetector.check(entry.id, `${entry.version} ${etag} ${need}`, readAt);
        if (stall) addStalled(found, need, { id: entry.id, entry, job, ...stall });
      }
    }
    stallDetector.forgetAllBut(seen);
    ports.updateCounts(unfinished);
    ports.metrics.setActiveJobs(statuses);
    return found;
  };
}

/** Adds a job to the lists for which it need not have stalled. */
function addUnstalled(found: StalledJobs, job: Job, keepVideoMs: number): void {
  const { id, generation, expires_at, status, updated_at } = job;
  if (status === 'failed' && isVisible(job)) found.failed.push({ id, generation, expires_at });
  if (status === 'done' && !isExpired(job) && isVideoDue(updated_at, keepVideoMs)) found.dueVideos.push(job);
}

/** What an active job needs once it has stalled. */
type Need = 'clean-up' | 'failure' | 'publication';

function needOf(job: Job | undefined, isNotified: (job: Job) => boolean, failBeforeExpiryMs: number): Need {
  if (!job || isExpired(job) || job.status === 'deleted' || isNotified(job)) return 'clean-up';
  const lifeMs = Date.parse(job.expires_at) - Date.parse(job.created_at);
  const hasNoTimeLeft = !isFinal(job) && isExpired(job, Math.min(failBeforeExpiryMs, lifeMs / 4));
  return job.status === 'uploading' || hasNoTimeLeft ? 'failure' : 'publication';
}

interface Stalled {
  id: string;
  entry: ActiveJob;
  job: Job | undefined;
  markRepublished(): void;
}

function addStalled(found: StalledJobs, need: Need, { id, entry, job, markRepublished }: Stalled): void {
  if (need === 'clean-up') found.toCleanUp.push({ id, entry, job });
  if (need === 'failure' && job) found.toFail.push(job);
  if (need === 'publication' && job) found.toRepublish.push({ id, job, markRepublished });
}
