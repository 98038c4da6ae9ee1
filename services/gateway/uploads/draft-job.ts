import { DEFAULT_OPTIONS } from '../../shared/jobs/conversion-options.ts';
import type { UploadingJob } from '../../shared/jobs/job.ts';
import type { OriginalFile } from '../../shared/jobs/job-view.ts';
import type { User } from '../accounts/user.ts';
import type { SignedLinks } from '../downloads/signed-link.ts';
import type { GroupLimits } from '../limits/group-limits.ts';

export interface NewUpload {
  /** Id of the job that the upload becomes. */
  id: string;
  user: User;
  traceId: string;
  filename: string;
  /** The film of which the file is the sound. */
  original: OriginalFile | null;
  videoBlobId: string;
}

/** The job that an upload may become. It is kept from now on as long as its owner's group says. */
export function draftJob(
  { id, user, traceId, filename, original, videoBlobId }: NewUpload,
  { links, groupLimits }: { links: SignedLinks; groupLimits: GroupLimits },
): UploadingJob {
  const now = new Date();
  const expires = new Date(now.getTime() + groupLimits[user.group].retentionSeconds * 1000);
  return {
    id,
    status: 'uploading',
    filename,
    // Replaced when the upload is accepted, as are the size and the hash.
    options: DEFAULT_OPTIONS,
    source: { size: 0, sha256: '', duration_seconds: null, tracks: null, original, kept: 'whole' },
    attempts: 0,
    created_at: now.toISOString(),
    updated_at: now.toISOString(),
    expires_at: expires.toISOString(),
    owner: user.id,
    email: user.email ?? '',
    trace_id: traceId,
    videoBlobId,
    orphanedBlobs: [],
    generation: 1,
    infrastructureFailures: 0,
    download_url: links.sign(id, expires),
  };
}
