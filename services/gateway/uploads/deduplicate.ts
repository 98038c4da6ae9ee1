import { createHash } from 'node:crypto';
import { canonicalOptions } from '../../shared/jobs/conversion-options.ts';
import { isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { readDocument, updateDocument } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

type Content = Pick<Job, 'owner' | 'email' | 'filename' | 'options'> & {
  source: Pick<Job['source'], 'sha256' | 'kept'>;
};

/**
 * Finds the job that has already converted the same content of the same name with the same options. Another name is another job,
 * because the name of the MP3 comes from it. Two jobs never share one MP3.
 */
export interface Deduplicate {
  /** Returns the owner's job that is `done` with the content, if at least half of its life is left. */
  find(content: Content): Promise<Job | undefined>;
  remember(content: Content, job: string): Promise<void>;
}

/** @param ttlSeconds the longest time for which a job is kept */
export function createDeduplicate(state: StateStore, jobs: JobStore, ttlSeconds: number): Deduplicate {
  return {
    async find(content) {
      const id = (await readDocument<{ job: string }>(state, contentKey(content)))?.document.job;
      const job = id === undefined ? undefined : await jobs.find(id);
      // The job may have been converted again with other options, or renamed. That of a guest who has registered since would
      // expire sooner than the account's, and send no mail.
      const isSame =
        job?.filename === content.filename &&
        job.email === content.email &&
        keepsAsMuch(job, content) &&
        canonicalOptions(job.options) === canonicalOptions(content.options);
      return isSame && job.status === 'done' && isVisible(job) && isYoung(job) ? job : undefined;
    },

    async remember(content, job) {
      await updateDocument(state, contentKey(content), () => ({ job }), { ttlSeconds });
    },
  };
}

/** A job of which only the sound was kept can do less than one of which all of the film is kept. */
const keepsAsMuch = (job: Content, content: Content): boolean =>
  job.source.kept === 'whole' || content.source.kept === 'sound';

/** Whether at least half of the job's life is left. */
const isYoung = ({ created_at, expires_at }: Job): boolean =>
  Date.parse(expires_at) - Date.now() > Date.now() - Date.parse(created_at);

function contentKey({ owner, filename, options, source }: Content): string {
  const text = [owner, source.sha256, canonicalOptions(options), filename].join('\n');
  return `content:${createHash('sha256').update(text).digest('hex')}`;
}
