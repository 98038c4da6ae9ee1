import { ALIVE_MS } from '../../shared/contract/converter-presence.ts';
import { accountOf } from '../../shared/jobs/account.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { workOf } from '../../shared/jobs/work.ts';
import type { Stored } from '../../shared/state/documents.ts';
import type { Placed } from './fair-order.ts';

/** The little that this gateway keeps of each active job. */
export interface KnownJob extends Placed {
  status: Job['status'];
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
    ...placedOf(job),
    status: job.status,
    etag,
    version,
    readAt,
    changedAt: isChanged ? readAt : before?.changedAt,
    etaSeconds: job.status === 'converting' ? job.eta_seconds : null,
  };
}

/** While a queued job waits, only its name may change. So `updated_at` says when it was queued. */
export const placedOf = (job: Job): Placed => ({
  id: job.id,
  owner: job.owner,
  account: accountOf(job),
  updatedAt: job.updated_at,
  ...workOf(job),
});
