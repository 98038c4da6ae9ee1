import type { Job } from '../../shared/jobs/job.ts';
import { type MailRecord, mailRecordKey, outcomeOf } from '../../shared/jobs/outcome.ts';
import { readDocuments } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { readEach } from '../job-index/read-each.ts';

/** Looks up at once which of some jobs are ended and need no more telling. */
export type ToldReader = (jobs: readonly Job[], signal: AbortSignal) => Promise<(job: Job) => boolean>;

export const createToldReader =
  (state: StateStore): ToldReader =>
  async (jobs, signal) => {
    const keys = jobs.flatMap((job) => {
      const outcome = outcomeOf(job);
      return outcome ? mailRecordKey(outcome) : [];
    });
    // Nobody knows whether a mail was sent whose record is damaged: its job stays open until it expires.
    const { found: records } = await readEach(keys, (some) => readDocuments<MailRecord>(state, some, signal));
    return (job) => {
      if (job.status === 'cancelled') return true;
      const outcome = outcomeOf(job);
      return outcome !== undefined && records.get(mailRecordKey(outcome))?.document?.state === 'sent';
    };
  };
