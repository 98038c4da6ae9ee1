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

export interface Purged {
  /** Jobs and uploads. */
  deleted: number;
  /** The owners of whom there was something. Their deletion is not complete until a later pass finds nothing. */
  unfinished: Set<string>;
}

/**
 * Deletes all that users own: their jobs with all blobs, also jobs whose upload is under way, their unfinished resumable uploads, and
 * their lists. Idempotent, and may run at several gateways at once. A job whose document is damaged is left, because nobody can tell
 * which blobs it has. Its owner keeps the list that names it, and is unfinished until the document is repaired or has expired.
 */
export async function purgeOwners(
  ports: PurgePorts,
  owners: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Purged> {
  const purged: Purged = { deleted: 0, unfinished: new Set() };
  await purgeUploads(ports, owners, purged);
  // A job that is still being uploaded is in no list yet.
  for await (const entries of ports.index.listActive(signal)) {
    const owned = entries.filter(({ owner }) => owners.has(owner));
    for (const [owner, some] of Map.groupBy(owned, ({ owner }) => owner)) {
      const ids = some.map(({ id }) => id);
      await deleteJobs(ports, { owner, ids, purged }, signal);
    }
  }
  for (const owner of owners) {
    let isWhole = true;
    for await (const { entries } of ports.index.listOwned(owner, undefined, signal)) {
      const ids = entries.map(({ id }) => id);
      isWhole = (await deleteJobs(ports, { owner, ids, purged }, signal)) && isWhole;
    }
    if (isWhole) await ports.index.removeOwner(owner, signal);
  }
  return purged;
}

/** Returns whether all of the jobs could be read. */
async function deleteJobs(
  { jobs, commands, log }: PurgePorts,
  { owner, ids, purged }: { owner: string; ids: readonly string[]; purged: Purged },
  signal: AbortSignal,
): Promise<boolean> {
  if (ids.length === 0) return true;
  const { found, damaged } = await readJobs(jobs, ids, log, signal);
  const owned = [...found.values()].map(({ document }) => document).filter(isOwned(owner));
  for (const job of owned) await deleteJob(commands, job, signal);
  purged.deleted += owned.length;
  if (owned.length > 0 || damaged.size > 0) purged.unfinished.add(owner);
  return damaged.size === 0;
}

const isOwned =
  (owner: string) =>
  (job: Job): boolean =>
    job.owner === owner && (isVisible(job) || job.status === 'uploading');

async function deleteJob(commands: PurgePorts['commands'], job: Job, signal: AbortSignal): Promise<void> {
  try {
    await commands.delete(job, undefined, signal);
  } catch (error) {
    // It has expired meanwhile.
    if (!isAppError(error, 'not_found')) throw error;
  }
}

async function purgeUploads(
  { resumable }: PurgePorts,
  owners: ReadonlySet<string>,
  purged: Purged,
): Promise<void> {
  for await (const { record } of resumable.openUploads.read()) {
    if (record?.status !== 'open' || !owners.has(record.owner)) continue;
    purged.unfinished.add(record.owner);
    try {
      await removeUpload(record, resumable);
      purged.deleted += 1;
    } catch (error) {
      // It has become a job meanwhile.
      if (!isAppError(error, 'state_conflict') && !isAppError(error, 'not_found')) throw error;
    }
  }
}
