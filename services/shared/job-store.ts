import { readDocument, readDocuments, type Stored, updateDocument } from './documents.ts';
import { AppError } from './errors.ts';
import type { Job } from './jobs.ts';
import type { StateStore } from './state.ts';

const key = (id: string) => `job:${id}`;

export interface JobStore {
  create(job: Job, signal?: AbortSignal): Promise<void>;
  /** Throws `not_found`. The ETag changes with every change of the job. */
  get(id: string, signal?: AbortSignal): Promise<Stored<Job>>;
  getMany(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, Stored<Job>>>;
  /** By compare-and-set; `change` may run more than once, and what it throws comes through. */
  update(id: string, change: (job: Job) => Job, signal?: AbortSignal): Promise<Job>;
}

export function createJobStore(state: StateStore): JobStore {
  const ttlSeconds = (job: Job) => (Date.parse(job.expires_at) - Date.now()) / 1000;
  const missing = () => new AppError('not_found', 'there is no such job');

  return {
    async create(job, signal) {
      await updateDocument<Job>(state, key(job.id), (current) => (current ? undefined : job), {
        ttlSeconds,
        signal,
      });
    },

    async get(id, signal) {
      const stored = await readDocument<Job>(state, key(id), signal);
      if (!stored) throw missing();
      return stored;
    },

    async getMany(ids, signal) {
      const stored = await readDocuments<Job>(state, ids.map(key), signal);
      return new Map([...stored.values()].map((entry) => [entry.document.id, entry]));
    },

    async update(id, change, signal) {
      const apply = (job: Job | undefined) => {
        if (!job) throw missing();
        return change(job);
      };
      const job = await updateDocument<Job>(state, key(id), apply, { ttlSeconds, signal });
      if (!job) throw missing();
      return job;
    },
  };
}
