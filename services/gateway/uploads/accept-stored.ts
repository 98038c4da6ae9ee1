import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import type { Job, UploadingJob } from '../../shared/jobs/job.ts';
import type { Kept } from '../../shared/jobs/job-view.ts';
import type { Owner } from '../limits/owner.ts';
import type { DayUsage } from '../usage/day-usage.ts';
import type { Deduplicate } from './deduplicate.ts';

/** What becomes of an upload whose bytes are stored. */
export interface StoredUpload {
  /** The job that the upload may become, without its source and options. */
  draft: UploadingJob;
  /** Whose quota it uses. */
  owner: Owner;
  /** Of the bytes that were sent. */
  size: number;
  sha256: string;
  kept?: Kept;
  options: ConversionOptions;
  /** Called before the job is accepted. It throws when the job is not wanted any more. */
  confirm(options: ConversionOptions): Promise<void>;
  /** Saves the job, which is not lost from then on. */
  accept(accepted: Pick<Job, 'source' | 'options'>): Promise<Job>;
  /** Deletes the bytes, because the earlier job has the same content. */
  withdraw(earlier: Job): Promise<void>;
}

export interface AcceptPorts {
  deduplicate: Deduplicate;
  usage: Pick<DayUsage, 'charge'>;
  /** Called with a job once it is saved. It must not fail: the sweep publishes what gets lost. */
  publishVideo: (job: Job) => void;
}

/**
 * Turns stored bytes into a job, or finds the owner's earlier job with the same content, name and options. It is the same for
 * each way in which a file may arrive. Throws `quota_exceeded` where the owner has used up a quota meanwhile.
 */
export async function acceptStored(
  { draft, owner, size, sha256, kept = 'whole', options, confirm, accept, withdraw }: StoredUpload,
  { deduplicate, usage, publishVideo }: AcceptPorts,
): Promise<Job> {
  const source = { ...draft.source, size, sha256, kept };
  const content = { ...draft, options, source };
  const [earlier] = await Promise.all([deduplicate.find(content), confirm(options)]);
  if (earlier) {
    await withdraw(earlier);
    return earlier;
  }
  await usage.charge(owner, { id: draft.id, size });
  await deduplicate.remember(content, draft.id);
  const job = await accept({ source, options });
  publishVideo(job);
  return job;
}
