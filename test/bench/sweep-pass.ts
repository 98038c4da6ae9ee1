import { createJobIndex } from '../../services/gateway/job-index/job-index.ts';
import { createFailedIndex } from '../../services/gateway/operator/failed-index.ts';
import { createFindNotified } from '../../services/gateway/sweep/find-notified.ts';
import { createSweep } from '../../services/gateway/sweep/sweep.ts';
import { createVideoIndex } from '../../services/gateway/sweep/video-index.ts';
import { createBlobStore } from '../../services/shared/blobs/blob-store.ts';
import type { Sidecar } from '../../services/shared/dapr/sidecar.ts';
import { createJobStore } from '../../services/shared/jobs/job-store.ts';
import { createLog } from '../../services/shared/runtime/log.ts';
import { countingState } from '../support/counting-state.ts';
import { timed } from './statistics.ts';

/** Jobs and indexes of the benchmark are kept for this long. */
export const KEPT_SECONDS = 6 * 3600;
/** ms. No job of the benchmark is stalled by this timeout; with 0, every job is. */
export const NONE_STALLED_MS = 3600_000;

export interface PassCost {
  ms: number;
  calls: number;
  keys: number;
  bytes: number;
  published: number;
}

/** Measures one pass of a new sweep, after an earlier pass that found the active jobs. */
export async function measurePass({ state, publish }: Sidecar, stallTimeoutMs: number): Promise<PassCost> {
  const { counted, cost, reset } = countingState(state);
  let published = 0;
  const sweep = createSweep({
    jobs: createJobStore(counted),
    index: createJobIndex(counted, KEPT_SECONDS),
    blobs: createBlobStore(counted),
    failedIndex: createFailedIndex(counted, KEPT_SECONDS),
    videoIndex: createVideoIndex(counted, KEPT_SECONDS),
    findNotified: createFindNotified(counted),
    async publish(topic, event) {
      published++;
      await publish(topic, event);
    },
    updateCounts: () => undefined,
    metrics: {
      ...{ startTimer: () => () => undefined, setActiveJobs: () => undefined, republished: () => undefined },
      videoDeleted: () => undefined,
    },
    log: createLog('bench', 'silent'),
    stallTimeoutMs,
    failBeforeExpiryMs: 0,
    keepVideoMs: KEPT_SECONDS * 1000,
  });
  const { signal } = new AbortController();
  await sweep.pass(signal);
  reset();
  const [seconds] = await timed(() => sweep.pass(signal));
  return { ms: seconds * 1000, ...cost, published };
}
