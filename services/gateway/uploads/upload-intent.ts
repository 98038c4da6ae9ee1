import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { Job, UploadingJob } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isLostAttempt } from '../../shared/jobs/transition-guards.ts';
import { acceptUpload, renewUpload, type Transition, tombstone } from '../../shared/jobs/transitions.ts';
import { AppError, isAppError } from '../../shared/runtime/errors.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { ActiveJob, JobIndex } from '../job-index/job-index.ts';

const CLEANUP_MS = 5_000;

export interface IntentPorts {
  jobs: JobStore;
  index: JobIndex;
  blobs: BlobStore;
  /** Milliseconds between two heartbeats of an upload, well below the time after which the sweep considers it dead. */
  heartbeatMs: number;
  log: Log;
}

/**
 * The intent of an upload: a job that is `uploading`. It is saved before the first chunk, so that the sweep finds every
 * chunk of a gateway that dies. No save of the job is ever aborted: an aborted save may still arrive, after the save that
 * should undo it.
 */
export class UploadIntent {
  readonly #job: UploadingJob;
  readonly #ports: IntentPorts;
  readonly #stopped = new AbortController();
  readonly #lost = new AbortController();
  #entry: ActiveJob;
  #heartbeat: Promise<void> | undefined;
  /** Whether a save of the job was reported as failed and may still arrive. */
  #mayStillArrive = false;

  private constructor(job: UploadingJob, ports: IntentPorts, entry: ActiveJob) {
    this.#job = job;
    this.#ports = ports;
    this.#entry = entry;
  }

  /** Saves the intent, first in the index and then as a job, and keeps it alive by a heartbeat. */
  static async begin(job: UploadingJob, ports: IntentPorts): Promise<UploadIntent> {
    const { jobs, index, heartbeatMs } = ports;
    const startedAt = performance.now();
    const intent = new UploadIntent(job, ports, await index.addActive(job.owner, job.id));
    try {
      await jobs.create(job);
      // If this process was suspended meanwhile, the sweep may have removed the entry, because there was no job for it.
      if (performance.now() - startedAt > heartbeatMs) {
        intent.#entry = await index.addActive(job.owner, job.id);
      }
    } catch (error) {
      void intent.withdraw(error);
      throw error;
    }
    intent.#startHeartbeat();
    return intent;
  }

  /** Aborted when the sweep has ended the upload because it considered it dead. */
  get lostSignal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Turns the upload into a queued job. From here on it is not lost. Throws `unavailable` when the sweep was first. */
  async accept(accepted: Pick<Job, 'source' | 'options'>): Promise<Job> {
    const { owner, id } = this.#job;
    const { jobs, index } = this.#ports;
    // The entry is written again first, because the sweep may be about to remove the entry of an upload that stalled.
    [this.#entry] = await Promise.all([
      index.addActive(owner, id),
      index.addOwned(owner, id),
      this.#stopHeartbeat(),
    ]);
    try {
      return await jobs.update(id, acceptUpload(accepted));
    } catch (error) {
      throw isLostAttempt(error) ? uploadLost() : error;
    }
  }

  /**
   * Deletes what was stored of an upload that failed with the error. The
   * sweep deletes what the store does not let us delete.
   */
  async withdraw(error?: unknown): Promise<void> {
    await this.#stopHeartbeat();
    const { jobs, index, blobs, log } = this.#ports;
    const { id, videoBlobId } = this.#job;
    const deadlineSignal = AbortSignal.timeout(CLEANUP_MS);
    try {
      if (this.#mayStillArrive || isOutcomeUnknown(error)) {
        await this.#replaceByTombstone(deadlineSignal);
        return;
      }
      await blobs.delete(videoBlobId, deadlineSignal);
      await jobs.remove(id, deadlineSignal);
      await index.removeActive([this.#entry], deadlineSignal);
    } catch (cause) {
      log.warn({ err: cause, job_id: id }, 'a failed upload could not be deleted; the sweep deletes it');
    }
  }

  /**
   * Sets a tombstone, the only thing that stops a save which may still arrive. The sweep deletes the blob later, when all of it
   * has arrived. A job that was accepted after all is kept, because a second try may have returned it to the client.
   */
  async #replaceByTombstone(deadlineSignal: AbortSignal): Promise<void> {
    const { jobs, blobs, log } = this.#ports;
    const { id, videoBlobId } = this.#job;
    const tombstoneUnlessAccepted: Transition = (job) =>
      job.status === 'uploading' ? tombstone(job) : undefined;
    try {
      const { status } = await jobs.update(id, tombstoneUnlessAccepted, deadlineSignal);
      if (status !== 'deleted') {
        log.info({ job_id: id }, 'an upload was accepted, though its client got an error');
      }
    } catch (error) {
      if (!isLostAttempt(error)) throw error;
      // The sweep was first. It may have cleaned up already, before our last chunks arrived.
      await blobs.delete(videoBlobId, deadlineSignal);
    }
  }

  #startHeartbeat(): void {
    const { jobs, heartbeatMs, log } = this.#ports;
    const { id } = this.#job;
    const failed = (error: unknown): void => {
      if (isLostAttempt(error)) {
        this.#stopped.abort();
        this.#lost.abort(uploadLost());
      } else {
        this.#mayStillArrive = true;
        log.warn({ err: error, job_id: id }, 'the heartbeat of an upload failed');
      }
    };
    this.#heartbeat = repeat(heartbeatMs, () => jobs.update(id, renewUpload), failed, this.#stopped.signal);
  }

  async #stopHeartbeat(): Promise<void> {
    this.#stopped.abort();
    await this.#heartbeat;
  }
}

const isOutcomeUnknown = (error: unknown): boolean =>
  isAppError(error, 'unavailable') ||
  (error instanceof AggregateError && error.errors.some(isOutcomeUnknown));

const uploadLost = () =>
  new AppError('unavailable', 'the upload stalled for too long; send it again', {
    headers: { 'Retry-After': '1' },
  });
