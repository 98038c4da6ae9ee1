import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import type { JobCommands } from '../jobs/commands.ts';
import { removeUpload } from '../uploads/tus/remove-upload.ts';
import type { ResumablePorts } from '../uploads/tus/uploads.ts';

export interface PurgePorts {
  jobs: JobStore;
  index: JobIndex;
  commands: Pick<JobCommands, 'delete'>;
  resumable: ResumablePorts;
  log: Log;
}

/**
 * Deletes all that users own: their jobs with all blobs, also jobs whose upload is under way, their unfinished resumable uploads, and
 * their lists. Idempotent, and may run at several gateways at once. Returns how many jobs and uploads there were.
 */
export async function purgeOwners(
  ports: PurgePorts,
  owners: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<number> {
  let deleted = await purgeUploads(ports, owners);
  // A job that is still being uploaded is in no list yet.
  for await (const entries of ports.index.listActive(signal)) {
    const ids = entries.filter(({ owner }) => owners.has(owner)).map(({ id }) => id);
    deleted += await deleteJobs(ports, owners, ids, signal);
  }
  for (const owner of owners) {
    for await (const { entries } of ports.index.listOwned(owner, undefined, signal)) {
      const ids = entries.map(({ id }) => id);
      deleted += await deleteJobs(ports, owners, ids, signal);
    }
    await ports.index.removeOwner(owner, signal);
  }
  return deleted;
}

async function deleteJobs(
  { jobs, commands, log }: PurgePorts,
  owners: ReadonlySet<string>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  if (ids.length === 0) return 0;
  const { found } = await readJobs(jobs, ids, log, signal);
  const owned = [...found.values()].map(({ document }) => document).filter(isOwned(owners));
  for (const job of owned) await deleteJob(commands, job, signal);
  return owned.length;
}

const isOwned =
  (owners: ReadonlySet<string>) =>
  (job: Job): boolean =>
    owners.has(job.owner) && (isVisible(job) || job.status === 'uploading');

async function deleteJob(commands: PurgePorts['commands'], job: Job, signal: AbortSignal): Promise<void> {
  try {
    await commands.delete(job, undefined, signal);
  } catch (error) {
    // It has expired meanwhile.
    if (!isAppError(error, 'not_found')) throw error;
  }
}

async function purgeUploads({ resumable }: PurgePorts, owners: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  for await (const { record } of resumable.openUploads.read()) {
    if (record?.status !== 'open' || !owners.has(record.owner)) continue;
    try {
      await removeUpload(record, resumable);
      removed += 1;
    } catch (error) {
      // It has become a job meanwhile.
      if (!isAppError(error, 'state_conflict') && !isAppError(error, 'not_found')) throw error;
    }
  }
  return removed;
}
