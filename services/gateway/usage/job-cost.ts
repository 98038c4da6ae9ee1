import { readJobs } from '../../shared/job-index/read-jobs.ts';
import { availableMp3, isExpired, isFinal, isVisible, type Job } from '../../shared/jobs/job.ts';
import type { JobStore } from '../../shared/jobs/job-store.ts';
import type { JobIndex } from '../job-index/job-index.ts';
import { isVideoDue } from '../jobs/video-retention.ts';
import type { Outcome } from './usage-record.ts';

/** Jobs, of about 2 KB each, that are read at once. */
const BATCH = 50;

/**
 * What a job has cost, or undefined while that is not known. One that failed or was cancelled costs the share of its sound that was
 * converted.
 */
export function outcomeOf(job: Job): Outcome | undefined {
  if (job.status === 'deleted' || isExpired(job)) return { soundMs: 0, mp3Bytes: 0 };
  if (job.status === 'done')
    return { soundMs: Math.round(job.mp3.duration_seconds * 1000), mp3Bytes: job.mp3.size };
  if (!isFinal(job)) return undefined;
  return { soundMs: Math.round((job.source.duration_seconds ?? 0) * job.progress * 1000), mp3Bytes: 0 };
}

/** Reads what the jobs have cost whose cost is known. One without a document may not be saved yet, and a damaged one is left out. */
export async function readOutcomes(jobs: JobStore, ids: readonly string[]): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (let at = 0; at < ids.length; at += BATCH) {
    const { found } = await readJobs(jobs, ids.slice(at, at + BATCH), undefined);
    for (const [id, { document }] of found) {
      const outcome = outcomeOf(document);
      if (outcome) outcomes.set(id, outcome);
    }
  }
  return outcomes;
}

/** Bytes of the video and of the MP3 of a job. */
export function storedBytesOf(job: Job, keepVideoMs: number): number {
  if (!isVisible(job)) return 0;
  const isVideoKept = job.status !== 'done' || !isVideoDue(job.updated_at, keepVideoMs);
  return (isVideoKept ? job.source.size : 0) + (availableMp3(job)?.mp3.size ?? 0);
}

/** Adds up what the store holds for an owner. It reads all of the owner's jobs, and leaves out damaged ones. */
export async function countStoredBytes(
  owner: string,
  { jobs, index, keepVideoMs }: { jobs: JobStore; index: Pick<JobIndex, 'listOwned'>; keepVideoMs: number },
): Promise<number> {
  let sum = 0;
  for await (const { entries } of index.listOwned(owner, undefined)) {
    for (let at = 0; at < entries.length; at += BATCH) {
      const ids = entries.slice(at, at + BATCH).map(({ id }) => id);
      const { found } = await readJobs(jobs, ids, undefined);
      for (const { document } of found.values())
        if (document.owner === owner) sum += storedBytesOf(document, keepVideoMs);
    }
  }
  return sum;
}
