import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { TOPICS } from '../../shared/contract/events.ts';
import type { Sidecar } from '../../shared/dapr/sidecar.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { mp3EventOf, videoEventOf } from '../../shared/jobs/job-events.ts';
import type { FailedIndex } from '../operator/failed-index.ts';
import { createCloseSettled } from './close-settled.ts';
import { expireStalled } from './expire.ts';
import { createFairQueue } from './fair-queue.ts';
import { createFindStalled, type FindStalledPorts, type StalledJobs } from './find-stalled.ts';
import { createListFailed } from './list-failed.ts';
import type { SweepMetrics } from './metrics.ts';
import type { VideoIndex } from './video-index.ts';

/** The longest that one pass deletes; the next goes on. */
const CLEAR_MS = 60_000;

export interface SweepPorts extends FindStalledPorts {
  blobs: BlobStore;
  failedIndex: FailedIndex;
  videoIndex: VideoIndex;
  publish: Sidecar['publish'];
  metrics: SweepMetrics;
}

/**
 * No job depends on a single message or process: an open job on which nothing moves is taken up again. Jobs to convert and
 * outcomes to tell are published once more, uploads that died and jobs whose time is over are given up, what nobody needs
 * is deleted, what has failed is listed for the operator, and what is settled leaves the index. Any number of replicas may
 * do this at once. A pass reads the jobs that are open, and none that are finished.
 */
export function createSweep(ports: SweepPorts) {
  const { jobs, blobs, publish, metrics, log } = ports;
  const look = createFindStalled(ports);
  const addNewlyFailed = createListFailed(ports.failedIndex);
  const closeSettled = createCloseSettled(ports);
  const turns = {
    publish: createFairQueue(log),
    giveUp: createFairQueue(log),
    videos: createFairQueue(log),
  };
  /** Open jobs whose video this process has deleted: they may be open for long, and once is enough. */
  let withoutVideo = new Set<string>();

  async function giveUpAll(hopeless: Job[], signal: AbortSignal): Promise<void> {
    const untold: Job[] = [];
    const giveUpOne = async (seen: Job) => {
      const ended = await expireStalled(jobs, seen, signal);
      if (!ended) return;
      const context = { job_id: seen.id, trace_id: seen.trace_id };
      if (ended.status === 'deleted') return log.info(context, 'an upload that stood still is given up');
      log.error(context, 'a job was not converted in the time for which it is kept');
      untold.push(ended);
    };
    await turns.giveUp.run(hopeless, giveUpOne, signal);
    // After all were given up, so that a broker which is away does not take the time for that. What fails is open, and
    // published again by a later pass.
    await createFairQueue(log).run(untold, publishNews, signal);
  }

  async function publishNews(job: Job): Promise<void> {
    const outcome = mp3EventOf(job);
    if (outcome) await publish(TOPICS.mp3, outcome);
    else await publish(TOPICS.video, videoEventOf(job));
  }

  async function republish(waiting: StalledJobs['toRepublish'], signal: AbortSignal): Promise<void> {
    const publishAgain = async ({ job, markRepublished: again }: StalledJobs['toRepublish'][number]) => {
      await publishNews(job);
      again();
      const topic = mp3EventOf(job) ? TOPICS.mp3 : TOPICS.video;
      metrics.republished(topic);
      log.info({ job_id: job.id, trace_id: job.trace_id, topic }, 'published again');
    };
    await turns.publish.run(waiting, publishAgain, signal);
  }

  async function listFailed(failed: StalledJobs['failed'], signal: AbortSignal): Promise<void> {
    await addNewlyFailed(failed, signal).catch((error: unknown) => {
      if (!signal.aborted)
        log.warn({ err: error }, 'failed jobs could not be listed; the next pass tries again');
    });
  }

  async function deleteVideos(due: Job[], signal: AbortSignal): Promise<void> {
    const deleteVideo = async ({ videoBlobId: video }: Job) => {
      if (await blobs.delete(video, signal)) metrics.videoDeleted();
    };
    const before = withoutVideo;
    const remaining = due.filter(({ id }) => !before.has(id));
    const now = await turns.videos.run(remaining, deleteVideo, signal);
    withoutVideo = new Set([...due.filter(({ id }) => before.has(id)), ...now].map(({ id }) => id));
  }

  /** One pass over all that is open. */
  async function pass(signal: AbortSignal): Promise<void> {
    const {
      toFail: hopeless,
      toCleanUp: settled,
      failed,
      toRepublish: waiting,
      dueVideos,
    } = await look(signal);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(CLEAR_MS)]);
    // Beside each other: a broker that is away and thousands of chunks to delete do not hold each other up.
    await Promise.all([
      republish(waiting, signal),
      listFailed(failed, signal),
      giveUpAll(hopeless, deadline),
      deleteVideos(dueVideos, deadline),
      closeSettled(settled, (id) => withoutVideo.has(id), { signal, deadline }),
    ]);
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
