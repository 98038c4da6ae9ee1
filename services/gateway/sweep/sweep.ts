import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import type { FailedIndex } from '../operator/failed-index.ts';
import { createCleanUp } from './clean-up.ts';
import { createDueVideos } from './due-videos.ts';
import { createFailStalled } from './fail-stalled.ts';
import { createFindStalled, type FindStalledPorts } from './find-stalled.ts';
import { createIndexFailed } from './index-failed.ts';
import type { SweepMetrics } from './metrics.ts';
import { createRepublish } from './republish.ts';
import type { VideoIndex } from './video-index.ts';

/** The longest time for which one pass deletes blobs. The next pass continues. */
const DELETE_MS = 60_000;

export interface SweepPorts extends FindStalledPorts {
  blobs: BlobStore;
  failedIndex: FailedIndex;
  videoIndex: VideoIndex;
  publish: Sidecar['publish'];
  metrics: SweepMetrics;
}

export interface Sweep {
  /** One pass over all active jobs. It reads no finished job. */
  pass(signal: AbortSignal): Promise<void>;
  /** Makes passes until the signal is aborted, with a pause of `everySeconds` between two. */
  run(everySeconds: number, signal: AbortSignal): Promise<void>;
}

/**
 * Takes care of every active job that has stalled, so that no job depends on a single message or process. It publishes lost events
 * again, ends uploads that died and jobs that have no time left, deletes blobs that nobody needs, and lists failed jobs for the
 * operator. Any number of replicas may run it at the same time.
 */
export function createSweep(ports: SweepPorts): Sweep {
  const { metrics, log } = ports;
  const findStalled = createFindStalled(ports);
  const republish = createRepublish(ports);
  const failStalled = createFailStalled(ports);
  const indexFailed = createIndexFailed(ports.failedIndex);
  const dueVideos = createDueVideos(ports);
  const cleanUp = createCleanUp(ports);

  async function pass(signal: AbortSignal): Promise<void> {
    const found = await findStalled(signal);
    const deadlineSignal = AbortSignal.any([signal, AbortSignal.timeout(DELETE_MS)]);
    // All run at the same time, so that an unavailable broker and the deletion of thousands of chunks do not delay each
    // other.
    await Promise.all([
      republish(found.toRepublish, signal),
      indexFailed(found.failed, signal).catch((error: unknown) => {
        if (signal.aborted) return;
        log.warn({ err: error }, 'failed jobs could not be listed; the next pass tries again');
      }),
      failStalled(found.toFail, deadlineSignal),
      dueVideos.delete(found.dueVideos, deadlineSignal),
      cleanUp(found.toCleanUp, dueVideos.isDeleted, { signal, deadlineSignal }),
    ]);
  }

  return {
    pass,
    async run(everySeconds, signal) {
      while (!signal.aborted) {
        const end = metrics.startTimer();
        await pass(signal).catch((error: unknown) => {
          if (!signal.aborted) log.warn({ err: error }, 'a sweep failed; the next one continues');
        });
        end();
        await sleep(everySeconds * 1000, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
