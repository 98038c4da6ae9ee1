import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { Job, Source } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { acceptUpload, isLostAttempt, renewUpload, tombstone } from '../../shared/jobs/transitions.ts';
import { AppError, isAppError } from '../../shared/runtime/errors.ts';
import { repeat } from '../../shared/runtime/interval.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { JobIndex, OpenJob } from '../job-index/job-index.ts';

const CLEANUP_MS = 5_000;

export interface IntentPorts {
  jobs: JobStore;
  index: JobIndex;
  blobs: BlobStore;
  /** How often an upload says that it goes on; well below the time after which the sweep gives it up. */
  beatMs: number;
  log: Log;
}

/** A job that is `uploading`: written before the first chunk, so that a gateway which dies leaves nothing that cannot be found. */
export interface Intent {
  /** Aborted when the sweep has given the upload up. */
  lost: AbortSignal;
  /** The job is accepted: from here on it is not lost. */
  accept(source: Source): Promise<Job>;
  /** It is not to become a job, for the error given: as far as the store lets us, nothing remains; the sweep does the rest. */
  withdraw(error?: unknown): Promise<void>;
}

/** No save of the job is ever called off: it could arrive all the same, and after what was to undo it. */
export async function beginIntent(
  job: Job,
  { jobs, index, blobs, beatMs, log }: IntentPorts,
): Promise<Intent> {
  const stopped = new AbortController();
  const lost = new AbortController();
  /** Whether a save may still be on its way. */
  let unsure = false;
  let entry: OpenJob;
  let beating: Promise<void> | undefined;

  function notKept(error: unknown): void {
    if (isLostAttempt(error)) {
      stopped.abort();
      lost.abort(givenUp());
    } else {
      unsure = true;
      log.warn({ err: error, job_id: job.id }, 'an upload could not be kept alive');
    }
  }

  async function stop(): Promise<void> {
    stopped.abort();
    await beating;
  }

  /** Unless it has become a job after all, of which a second try may have been told. False when the sweep was first, and may have cleared up already. */
  async function bury(signal: AbortSignal): Promise<boolean> {
    const unlessAccepted = (current: Job) =>
      current.status === 'uploading' ? tombstone(current) : undefined;
    try {
      const found = await jobs.update(job.id, unlessAccepted, signal);
      if (found.status !== 'deleted')
        log.info({ job_id: job.id }, 'an upload was accepted, though its client was told otherwise');
      return true;
    } catch (error) {
      if (isLostAttempt(error)) return false;
      throw error;
    }
  }

  async function withdraw(error?: unknown): Promise<void> {
    await stop();
    const deadline = AbortSignal.timeout(CLEANUP_MS);
    const certain = !unsure && !isUnknown(error);
    try {
      // What may still arrive is stopped by a tombstone alone; its blob is for the sweep to delete, when all has arrived.
      if (!certain && (await bury(deadline))) return;
      await blobs.delete(job.videoBlobId, deadline);
      if (!certain) return;
      await jobs.remove(job.id, deadline);
      await index.close([entry], deadline);
    } catch (cause) {
      log.warn({ err: cause, job_id: job.id }, 'an upload that failed is left for the sweep to clear up');
    }
  }

  const begun = performance.now();
  entry = await index.open(job.owner, job.id);
  try {
    await jobs.create(job);
    // The entry of a process that stood still in between may be closed: there was no job to it.
    if (performance.now() - begun > beatMs) entry = await index.open(job.owner, job.id);
  } catch (error) {
    void withdraw(error);
    throw error;
  }
  beating = repeat(beatMs, () => jobs.update(job.id, renewUpload), notKept, stopped.signal);

  return {
    lost: lost.signal,
    withdraw,

    async accept(source) {
      // Its entry again, and just before: one that stood still for long may be about to be closed.
      [entry] = await Promise.all([index.open(job.owner, job.id), index.addOwned(job.owner, job.id), stop()]);
      try {
        return await jobs.update(job.id, acceptUpload(source));
      } catch (error) {
        throw isLostAttempt(error) ? givenUp() : error;
      }
    },
  };
}

const isUnknown = (error: unknown): boolean =>
  isAppError(error, 'unavailable') || (error instanceof AggregateError && error.errors.some(isUnknown));

const givenUp = () =>
  new AppError('unavailable', 'the upload stood still for too long; send it again', {
    headers: { 'Retry-After': '1' },
  });
