import { AppError } from '../runtime/errors.ts';
import { readDocument, readDocuments, type Stored, updateDocument } from '../state/documents.ts';
import type { StateStore } from '../state/state-store.ts';
import { isExpired, isVisible, type Job, missing } from './job.ts';

/** A job's key outlives it, and is not shown: a late save could bring a key back that has expired. */
const GRACE_SECONDS = 600;

const key = (id: string) => `job:${id}`;

export interface JobStore {
  /** Throws `state_conflict` when there is one of that id. */
  create(job: Job, signal?: AbortSignal): Promise<void>;
  /** Throws `not_found`, for one that is not {@link isVisible} as well. The ETag changes with every change of the job. */
  get(id: string, signal?: AbortSignal): Promise<Stored<Job>>;
  /** The job as it is stored, visible or not. */
  find(id: string, signal?: AbortSignal): Promise<Job | undefined>;
  /** All that are stored, visible or not. */
  getMany(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Stored<Job>>>;
  /**
   * By compare-and-set; `change` may run more than once, leaves the job as it is when it returns undefined, and what it
   * throws comes through. Throws `not_found` for a job that is missing, deleted or expired.
   */
  update(id: string, change: (job: Job) => Job | undefined, signal?: AbortSignal): Promise<Job>;
  /** Without a tombstone: only for a job that nobody else can know yet, and of which no save is under way. */
  remove(id: string, signal?: AbortSignal): Promise<void>;
}

export function createJobStore(state: StateStore): JobStore {
  const ttlSeconds = (job: Job) => (Date.parse(job.expires_at) - Date.now()) / 1000 + GRACE_SECONDS;

  return {
    async create(job, signal) {
      const change = (current: Job | undefined) => {
        if (current) throw new AppError('state_conflict', 'there is a job of this id');
        return job;
      };
      await updateDocument<Job>(state, key(job.id), change, { ttlSeconds, signal });
    },

    async get(id, signal) {
      const stored = await readDocument<Job>(state, key(id), signal);
      if (!stored || !isVisible(stored.document)) throw missing();
      return stored;
    },

    async find(id, signal) {
      return (await readDocument<Job>(state, key(id), signal))?.document;
    },

    async getMany(ids, signal) {
      const stored = await readDocuments<Job>(state, ids.map(key), signal);
      return new Map([...stored.values()].map((entry) => [entry.document.id, entry]));
    },

    async update(id, change, signal) {
      const apply = (job: Job | undefined) => {
        if (!job || job.status === 'deleted' || isExpired(job)) throw missing();
        return change(job);
      };
      const job = await updateDocument<Job>(state, key(id), apply, { ttlSeconds, signal });
      if (!job) throw missing();
      return job;
    },

    remove: (id, signal) => state.delete(key(id), signal),
  };
}
