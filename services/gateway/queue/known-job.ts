import { ALIVE_MS } from '../../shared/contract/converter-presence.ts';
import { accountOf } from '../../shared/jobs/account.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { type Work, workOf } from '../../shared/jobs/work.ts';
import type { Stored } from '../../shared/state/documents.ts';

/** The little that this gateway keeps of each active job. */
export interface KnownJob extends Work {
  id: string;
  owner: string;
  /** What the job is charged to: its owner, or all guests together. */
  account: string;
  status: Job['status'];
  /** ISO 8601. Of a queued job, it is when the job was queued: while it waits, only its name may change. */
  updatedAt: string;
  etag: string;
  /** Version of its entry in the index, as it was before the job was read. Each command of a user makes a new one. */
  version: string;
  /** When the job was read, by the monotonic clock of this process. */
  readAt: number;
  /** When it was last seen to have another ETag than shortly before. Undefined where no change was seen. */
  changedAt: number | undefined;
  /** Of a job that is being converted, as its converter estimates it. */
  etaSeconds: number | null;
}

export function knownJobOf(
  { document: job, etag }: Stored<Job>,
  { version, before, readAt }: { version: string; before: KnownJob | undefined; readAt: number },
): KnownJob {
  const isChanged = before !== undefined && before.etag !== etag && readAt - before.readAt < ALIVE_MS;
  return {
    id: job.id,
    owner: job.owner,
    account: accountOf(job),
    status: job.status,
    updatedAt: job.updated_at,
    etag,
    version,
    readAt,
    changedAt: isChanged ? readAt : before?.changedAt,
    ...workOf(job),
    etaSeconds: job.status === 'converting' ? job.eta_seconds : null,
  };
}
