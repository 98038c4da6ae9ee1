import { createHash } from 'node:crypto';
import { canonicalOptions } from '../../shared/jobs/conversion-options.ts';
import { isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { readDocument, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

type Content = Pick<Job, 'owner' | 'options'> & { source: Pick<Job['source'], 'sha256'> };

/** Finds the job that has already converted the same content with the same options. Two jobs never share one MP3. */
export interface Deduplicate {
  /** Returns the owner's job that is `done` with the content, if at least half of its life is left. */
  find(content: Content): Promise<Job | undefined>;
  remember(content: Content, job: string): Promise<void>;
}

/** @param ttlSeconds the time for which a job is kept */
export function createDeduplicate(state: StateStore, jobs: JobStore, ttlSeconds: number): Deduplicate {
  const isYoung = ({ expires_at }: Job) => Date.parse(expires_at) - Date.now() > (ttlSeconds * 1000) / 2;

  return {
    async find(content) {
      const id = (await readDocument<{ job: string }>(state, contentKey(content)))?.document.job;
      const job = id === undefined ? undefined : await jobs.find(id);
      return job?.status === 'done' && isVisible(job) && isYoung(job) ? job : undefined;
    },

    async remember(content, job) {
      await updateDocument(state, contentKey(content), () => ({ job }), { ttlSeconds });
    },
  };
}

function contentKey({ owner, options, source }: Content): string {
  const text = [owner, source.sha256, canonicalOptions(options)].join('\n');
  return `content:${createHash('sha256').update(text).digest('hex')}`;
}
