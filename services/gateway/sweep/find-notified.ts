import { type MailRecord, mailRecordKey } from '../../shared/contract/mail-record.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { mp3EventOf } from '../../shared/jobs/job-events.ts';
import { readDocuments } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { readEach } from '../job-index/read-each.ts';

/** Looks up at once which of some jobs are ended and need no more telling. */
export type FindNotified = (jobs: readonly Job[], signal: AbortSignal) => Promise<(job: Job) => boolean>;

export const createFindNotified =
  (state: StateStore): FindNotified =>
  async (jobs, signal) => {
    const keys = jobs.flatMap((job) => {
      const outcome = mp3EventOf(job);
      return outcome ? mailRecordKey(outcome) : [];
    });
    // Nobody knows whether a mail was sent whose record is damaged: its job stays open until it expires.
    const { found: records } = await readEach(keys, (some) => readDocuments<MailRecord>(state, some, signal));
    return (job) => {
      if (job.status === 'cancelled') return true;
      const outcome = mp3EventOf(job);
      return outcome !== undefined && records.get(mailRecordKey(outcome))?.document?.state === 'sent';
    };
  };
