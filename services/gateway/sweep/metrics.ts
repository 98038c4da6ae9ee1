import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Job } from '../../shared/jobs/job.ts';

/** The metrics of the sweep. */
export interface SweepMetrics {
  /** Starts to measure the time of a pass. The returned function ends the measurement. */
  startTimer(): () => void;
  /** Sets the number of active jobs by status, as the newest pass has counted them. */
  setActiveJobs(counts: ReadonlyMap<Job['status'], number>): void;
  republished(topic: string): void;
  videoDeleted(): void;
}

export function createSweepMetrics(registry: Registry): SweepMetrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'sweep_pass_seconds',
    help: 'Duration of one pass over the active jobs',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100],
    registers,
  });
  const activeJobs = new Gauge({
    name: 'sweep_open_jobs',
    help: 'Active jobs (to convert, to notify of, or to clean up), by status',
    labelNames: ['status'],
    registers,
  });
  const republished = new Counter({
    name: 'sweep_republished_total',
    help: 'Events that were published again because their job had stalled, by topic',
    labelNames: ['topic'],
    registers,
  });
  const videosDeleted = new Counter({
    name: 'sweep_videos_deleted_total',
    help: 'Videos of done jobs that were deleted after KEEP_VIDEO_SECONDS; two gateways may count the same one',
    registers,
  });
  return {
    startTimer: () => duration.startTimer(),
    setActiveJobs(counts) {
      activeJobs.reset();
      for (const [status, count] of counts) activeJobs.set({ status }, count);
    },
    republished: (topic) => republished.inc({ topic }),
    videoDeleted: () => videosDeleted.inc(),
  };
}
