import { readJobs } from '../../../shared/job-index/read-jobs.ts';
import { availableMp3, isVisible, type VisibleJob } from '../../../shared/jobs/job.ts';
import type { JobStore } from '../../../shared/jobs/job-store.ts';
import { AppError } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { JobIndex } from '../../job-index/job-index.ts';

/** The most MP3s of one archive. */
export const MAX_FILES = 1_000;
/** The most pages of an owner's list, of 100 jobs each, that are read for one archive. */
const MAX_PAGES = 100;
/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 50;

interface Ports {
  jobs: Pick<JobStore, 'getMany'>;
  index: Pick<JobIndex, 'listOwned'>;
  log: Log;
  /** Ends the reads, such as where the client has gone. */
  signal: AbortSignal;
}

const tooMany = (): AppError =>
  new AppError(
    'too_many_files',
    `an archive has at most ${MAX_FILES} MP3s; choose them by \`id\`, or download them one by one`,
  );

/**
 * Returns the jobs with these ids, once each. Throws `not_found` where one of them does not exist for the owner or has no MP3, and
 * `too_many_files`.
 */
export async function selectNamed(
  ports: Ports,
  owner: string,
  ids: readonly string[],
): Promise<VisibleJob[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length > MAX_FILES) throw tooMany();
  const selected = await readWithMp3(ports, owner, wanted);
  const found = new Set(selected.map(({ id }) => id));
  const missing = wanted.find((id) => !found.has(id));
  if (missing !== undefined) throw new AppError('not_found', `there is no MP3 of a job ${missing}`);
  return selected;
}

/**
 * Returns all jobs of the owner that have an MP3, newest first. Throws `not_found` where there is none, and `too_many_files` where
 * there are more than an archive may have, or so many jobs that they cannot all be read.
 */
export async function selectAll(ports: Ports, owner: string): Promise<VisibleJob[]> {
  const selected: VisibleJob[] = [];
  let pages = 0;
  for await (const { entries } of ports.index.listOwned(owner, undefined, ports.signal)) {
    if (++pages > MAX_PAGES) throw tooMany();
    const ids = entries.map(({ id }) => id);
    selected.push(...(await readWithMp3(ports, owner, ids)));
    if (selected.length > MAX_FILES) throw tooMany();
  }
  if (selected.length === 0) throw new AppError('not_found', 'you have no MP3');
  return selected;
}

/** Returns those of the jobs that exist for the owner and have an MP3, in the order of the ids. */
async function readWithMp3(
  { jobs, log, signal }: Ports,
  owner: string,
  ids: readonly string[],
): Promise<VisibleJob[]> {
  const selected: VisibleJob[] = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    const batch = ids.slice(at, at + BATCH);
    const { found } = await readJobs(jobs, batch, log, signal);
    for (const id of batch) {
      const job = found.get(id)?.document;
      if (job?.owner === owner && isVisible(job) && availableMp3(job)) selected.push(job);
    }
  }
  return selected;
}
