import { AppError } from '../runtime/errors.ts';
import { readDocument, readDocuments, type Stored, updateDocument } from '../state/documents.ts';
import type { StateStore } from '../state/state-store.ts';
import { isExpired, isVisible, type Job, jobNotFound, type VisibleJob } from './job.ts';
import { fromStoredJob, type StoredJob, toStoredJob } from './stored-job.ts';
import type { Transition } from './transitions.ts';

/** Seconds for which the key of a job outlives the job. A late save of an expired job then finds the key and is refused. */
const GRACE_SECONDS = 600;

const key = (id: string) => `job:${id}`;

const openJob = ({ document, etag }: Stored<StoredJob>): Stored<Job> => ({
  document: fromStoredJob(document),
  etag,
});

/** Jobs in the state store. Every method throws `unavailable` when the store does not answer. */
export interface JobStore {
  /** Throws `state_conflict` when there is a job with this id. */
  create(job: Job, signal?: AbortSignal): Promise<void>;
  /** Throws `not_found` for a job that is missing or not {@link isVisible}. The ETag changes with every change of the job. */
  get(id: string, signal?: AbortSignal): Promise<Stored<VisibleJob>>;
  /** Returns the job, visible or not. */
  find(id: string, signal?: AbortSignal): Promise<Job | undefined>;
  /** Returns the jobs that exist, visible or not. Throws a `TypeError` or `SyntaxError` when one of them is damaged. */
  getMany(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Stored<Job>>>;
  /**
   * Changes the job by compare-and-set. `change` may run more than once, and what it throws comes through.
   * Throws `not_found` for a job that is missing, deleted or expired.
   */
  update(id: string, change: Transition, signal?: AbortSignal): Promise<Job>;
  /** Deletes the key and leaves no tombstone. Call it only for a job whose id nobody else knows and that nobody is saving. */
  remove(id: string, signal?: AbortSignal): Promise<void>;
}

export function createJobStore(state: StateStore): JobStore {
  const ttlSeconds = ({ expires_at }: StoredJob) =>
    (Date.parse(expires_at) - Date.now()) / 1000 + GRACE_SECONDS;

  return {
    async create(job, signal) {
      const change = (current: StoredJob | undefined) => {
        if (current) throw new AppError('state_conflict', 'there is a job with this id');
        return toStoredJob(job);
      };
      await updateDocument<StoredJob>(state, key(job.id), change, { ttlSeconds, isNew: true, signal });
    },

    async get(id, signal) {
      const stored = await readDocument<StoredJob>(state, key(id), signal);
      const job = stored && fromStoredJob(stored.document);
      if (!job || !isVisible(job)) throw jobNotFound();
      return { document: job, etag: stored.etag };
    },

    async find(id, signal) {
      const stored = await readDocument<StoredJob>(state, key(id), signal);
      return stored && fromStoredJob(stored.document);
    },

    async getMany(ids, signal) {
      const found = await readDocuments<StoredJob>(state, ids.map(key), signal);
      return new Map([...found.values()].map((stored) => [stored.document.id, openJob(stored)]));
    },

    async update(id, change, signal) {
      const apply = (stored: StoredJob | undefined) => {
        const job = stored && fromStoredJob(stored);
        if (!job || job.status === 'deleted' || isExpired(job)) throw jobNotFound();
        const changed = change(job);
        return changed && toStoredJob(changed);
      };
      const stored = await updateDocument<StoredJob>(state, key(id), apply, { ttlSeconds, signal });
      if (!stored) throw jobNotFound();
      return fromStoredJob(stored);
    },

    remove: (id, signal) => state.delete(key(id), signal),
  };
}
