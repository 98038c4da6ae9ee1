import { type MailRecord, mailRecordKey } from '../../shared/contract/mail-record.ts';
import { readEach } from '../../shared/job-index/read-each.ts';
import { isFinal, type Job } from '../../shared/jobs/job.ts';
import { mp3EventOf } from '../../shared/jobs/job-events.ts';
import { readDocuments } from '../../shared/state/documents.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

/** Looks up which of the jobs have ended and have no notification outstanding. Reads all mail records at once. */
export type FindNotified = (jobs: readonly Job[], signal: AbortSignal) => Promise<(job: Job) => boolean>;

export const createFindNotified =
  (state: StateStore): FindNotified =>
  async (jobs, signal) => {
    const keys = jobs.flatMap((job) => {
      const outcome = mp3EventOf(job);
      return outcome ? mailRecordKey(outcome) : [];
    });
    // A damaged record does not say whether the mail was sent. Its job stays active until it expires.
    const { found: records } = await readEach(keys, (some) => readDocuments<MailRecord>(state, some, signal));
    return (job) => {
      const outcome = mp3EventOf(job);
      // Nobody is notified of a job that was cancelled, or whose owner has no address.
      if (!outcome) return isFinal(job);
      return records.get(mailRecordKey(outcome))?.document?.state === 'sent';
    };
  };
