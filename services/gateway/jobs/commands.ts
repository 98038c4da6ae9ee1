import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { isFinal, type Job, missing } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { cancelled, deleted, retried } from '../../shared/jobs/transitions.ts';
import { AppError, isAppError } from '../../shared/runtime/errors.ts';
import type { JobIndex } from '../job-index/job-index.ts';

type Change = (job: Job) => Job | undefined;

export interface ChangePorts {
  jobs: JobStore;
  index: JobIndex;
  blobs: Pick<BlobStore, 'stat'>;
  announce: (job: Job) => void;
  /** Told of a tombstone, to delete what it names as far as it can; must not fail, a sweep makes up for it. */
  clear: (job: Job) => void;
}

/**
 * What people do to a job, each idempotent. `job` is the job as the caller saw it.
 * Throws `state_conflict` where its status forbids it, `not_found` when it is gone.
 */
export interface JobChanges {
  cancel(job: Job, signal?: AbortSignal): Promise<Job>;
  retry(job: Job, signal?: AbortSignal): Promise<Job>;
  /** Also what is deleted already. `allowed` looks at the job as it is stored, and throws. */
  delete(job: Job, allowed?: (job: Job) => void, signal?: AbortSignal): Promise<void>;
}

export function createJobChanges({ jobs, index, blobs, announce, clear }: ChangePorts): JobChanges {
  /** A change that the sweep has to look after; whoever dies on the way leaves what the same request again puts right. */
  async function opened<T>({ owner, id }: Job, signal: AbortSignal | undefined, work: () => Promise<T>) {
    await index.open(owner, id, signal);
    const result = await work();
    // Once more: a sweep that saw the job as it was before may just have closed the entry.
    await index.open(owner, id, signal);
    return result;
  }

  async function change(job: Job, apply: Change, signal: AbortSignal | undefined): Promise<Job> {
    apply(job); // what is refused costs no entry
    return opened(job, signal, () => jobs.update(job.id, apply, signal));
  }

  async function tombstone({ id }: Job, apply: Change, signal: AbortSignal | undefined): Promise<Job> {
    try {
      return await jobs.update(id, apply, signal);
    } catch (error) {
      if (!isAppError(error, 'not_found')) throw error;
      const found = await jobs.find(id, signal);
      if (found?.status !== 'deleted') throw missing();
      return found;
    }
  }

  return {
    cancel: (job, signal) => change(job, cancelled(), signal),

    async retry(job, signal) {
      const apply = retried();
      apply(job);
      if (isFinal(job) && !(await blobs.stat(job.video, signal))) {
        throw new AppError(
          'state_conflict',
          'the video of this job does not exist any more: upload it again',
        );
      }
      const queued = await change(job, apply, signal);
      if (queued.status === 'queued') announce(queued);
      return queued;
    },

    async delete(job, allowed = () => undefined, signal) {
      const apply: Change = (current) => {
        allowed(current);
        return deleted()(current);
      };
      if (job.status !== 'deleted') allowed(job);
      clear(await opened(job, signal, () => tombstone(job, apply, signal)));
    },
  };
}
