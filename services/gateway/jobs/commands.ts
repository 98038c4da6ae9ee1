import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { retry, retryWith } from '../../shared/jobs/generations.ts';
import { isFinal, type Job, jobNotFound } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { cancel, rename, type Transition, tombstone } from '../../shared/jobs/transitions.ts';
import { AppError, isAppError } from '../../shared/runtime/errors.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import { requireKnownTrack } from '../options/known-track.ts';
import { requireSentTrack } from '../options/sent-track.ts';
import { isVideoDue } from './video-retention.ts';

/** By how much the clocks of two gateways may differ. */
const CLOCK_SKEW_MS = 30_000;

export interface JobCommandPorts {
  jobs: JobStore;
  index: JobIndex;
  blobs: Pick<BlobStore, 'stat'>;
  /** How long the video of a job is kept after the job is done. */
  keepVideoMs: number;
  publishVideo: (job: Job) => void;
  /** Starts to delete the blobs that a tombstone names. It must not fail: the sweep deletes what it leaves. */
  deleteBlobs: (job: Job) => void;
}

/**
 * The commands that a person can give for a job. Each is idempotent. `job` is the job as the caller has read it.
 * Throws `state_conflict` where the status of the job forbids the command, and `not_found` when the job is gone.
 */
export interface JobCommands {
  cancel(job: Job, signal?: AbortSignal): Promise<Job>;
  /** Renames the job, in any status. The caller has cleaned the name. The MP3 is downloaded under the new name. */
  rename(job: Job, filename: string, signal?: AbortSignal): Promise<Job>;
  /**
   * With options, a job that is done is converted again, too. Throws `invalid_option` for an audio track that the video does not
   * have, and for what the client has not sent where it sent only the sound of one track.
   */
  retry(job: Job, options?: ConversionOptions, signal?: AbortSignal): Promise<Job>;
  /** Accepts a job that is deleted already. `check` gets the job as it is stored, and throws to refuse the command. */
  delete(job: Job, check?: (job: Job) => void, signal?: AbortSignal): Promise<void>;
}

export function createJobCommands(ports: JobCommandPorts): JobCommands {
  const { jobs, index, blobs, keepVideoMs, publishVideo, deleteBlobs } = ports;

  async function update(job: Job, change: Transition, signal: AbortSignal | undefined): Promise<Job> {
    change(job); // A command that is refused must not leave an entry in the index.
    return whileActive(index, job, signal, () => jobs.update(job.id, change, signal));
  }

  return {
    cancel: (job, signal) => update(job, cancel, signal),
    // Also a job that has ended gets an entry in the index: the streams of all jobs watch the index alone.
    rename: (job, filename, signal) => update(job, rename(filename), signal),

    async retry(job, options, signal) {
      const start = options ? retryWith(options) : retry;
      if (options) {
        requireKnownTrack(options, job.source);
        requireSentTrack(options, job);
      }
      const change: Transition = (current) => {
        const next = start(current);
        if (current.status === 'done' && isAboutToBeDeleted(current, keepVideoMs)) throw videoGone();
        return next;
      };
      change(job);
      if (isFinal(job) && !(await blobs.stat(job.videoBlobId, signal))) throw videoGone();
      const queued = await update(job, change, signal);
      if (queued.status === 'queued') publishVideo(queued);
      return queued;
    },

    async delete(job, check = () => undefined, signal) {
      const checkAndDelete: Transition = (current) => {
        check(current);
        return tombstone(current);
      };
      if (job.status !== 'deleted') check(job);
      const deleteJob = () => replaceByTombstone(jobs, job.id, checkAndDelete, signal);
      deleteBlobs(await whileActive(index, job, signal, deleteJob));
    },
  };
}

/**
 * A job is converted again only while no gateway deletes its video, which a gateway with a clock that is ahead may do somewhat
 * early. Where clocks differ by more, the conversion fails with `video_gone`, and the MP3 before it stays.
 */
const isAboutToBeDeleted = ({ updated_at }: Job, keepVideoMs: number): boolean =>
  isVideoDue(updated_at, keepVideoMs - Math.min(CLOCK_SKEW_MS, keepVideoMs / 10));

const videoGone = (): AppError =>
  new AppError('state_conflict', 'the video of this job does not exist any more; upload it again');

/**
 * Runs a change that the sweep has to look after, with an entry in the index of active jobs. When this process dies on the way,
 * the same request again completes the change.
 */
async function whileActive<T>(
  index: JobIndex,
  { owner, id }: Job,
  signal: AbortSignal | undefined,
  change: () => Promise<T>,
): Promise<T> {
  await index.addActive(owner, id, signal);
  const result = await change();
  // A sweep that saw the job as it was before may have just removed the entry.
  await index.addActive(owner, id, signal);
  return result;
}

/** Returns the tombstone, also that of a job which is deleted already. Throws `not_found` when the job is gone. */
async function replaceByTombstone(
  jobs: JobStore,
  id: string,
  change: Transition,
  signal: AbortSignal | undefined,
): Promise<Job> {
  try {
    return await jobs.update(id, change, signal);
  } catch (error) {
    if (!isAppError(error, 'not_found')) throw error;
    const found = await jobs.find(id, signal);
    if (found?.status !== 'deleted') throw jobNotFound();
    return found;
  }
}
