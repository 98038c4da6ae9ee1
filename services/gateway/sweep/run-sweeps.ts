import type { Registry } from 'prom-client';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import type { OwnerCounts } from '../limits/quota.ts';
import type { FailedIndex } from '../operator/failed-index.ts';
import type { ResumablePorts } from '../uploads/tus/uploads.ts';
import { createDeleteVideos } from './delete-videos.ts';
import { createFindNotified } from './find-notified.ts';
import { createOldVideos } from './index-old-videos.ts';
import { createSweepMetrics } from './metrics.ts';
import { createSweep } from './sweep.ts';
import { createSweepUploads } from './sweep-uploads.ts';
import { createVideoIndex } from './video-index.ts';

export interface SweepsPorts extends Pick<Sidecar, 'publish' | 'invoke'> {
  state: StateStore;
  jobs: JobStore;
  index: JobIndex;
  blobs: BlobStore;
  failedIndex: FailedIndex;
  resumable: ResumablePorts;
  /** Called with the unfinished jobs of each owner, as each pass has counted them. */
  updateCounts: (unfinished: OwnerCounts) => void;
  /** Called with all active jobs, as each pass has read them. */
  observeActive?: (jobs: Iterable<Stored<Job>>) => void;
  registry: Registry;
  log: Log;
}

export interface SweepsTimes {
  sweepSeconds: number;
  videoPassSeconds: number;
  indexSeconds: number;
  stallTimeoutMs: number;
  failBeforeExpiryMs: number;
  keepVideoMs: number;
}

/** Runs everything that a gateway does in the background for stored jobs, until the signal is aborted. */
export async function runSweeps(ports: SweepsPorts, times: SweepsTimes, signal: AbortSignal): Promise<void> {
  const { state } = ports;
  const metrics = createSweepMetrics(ports.registry);
  const videoIndex = createVideoIndex(state, times.indexSeconds);
  const common = { ...ports, ...times, metrics, videoIndex };
  await Promise.all([
    createSweep({ ...common, findNotified: createFindNotified(state) }).run(times.sweepSeconds, signal),
    createDeleteVideos(common).run(times.videoPassSeconds, signal),
    createOldVideos(common).run(signal),
    createSweepUploads(common).run(times.sweepSeconds, signal),
  ]);
}
