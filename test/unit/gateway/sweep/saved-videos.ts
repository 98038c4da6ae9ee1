import assert from 'node:assert/strict';
import type { Job } from '../../../../services/shared/jobs/job.ts';
import { done } from '../../../support/job.ts';
import { expiringInADay, type InMemorySweep } from './in-memory-sweep.ts';

/** Saves an active job with its blobs. */
export async function saveWithBlobs(
  harness: InMemorySweep,
  make: (fields: Partial<Job>) => Job = done,
): Promise<Job> {
  const job = make(expiringInADay());
  await harness.saveBlob(job.videoBlobId);
  if (job.status === 'done') await harness.saveBlob(job.mp3BlobId);
  return harness.save(job);
}

/** Saves a job that is done, notified of and not active any more, and whose video is stored. */
export async function saveFinished(harness: InMemorySweep): Promise<Job> {
  const job = await saveWithBlobs(harness);
  await harness.saveMailRecord(job, 'sent');
  await harness.passUntilStalled();
  assert.deepEqual(await harness.activeIds(), []);
  return job;
}

/** Which blobs of the job are stored. */
export const blobsOf = async ({ blobs }: InMemorySweep, job: Job) => ({
  video: (await blobs.stat(job.videoBlobId)) !== undefined,
  mp3: job.status === 'done' && (await blobs.stat(job.mp3BlobId)) !== undefined,
});

/** The keys of the store that belong to the blob. */
export const chunksOf = ({ memory }: InMemorySweep, blob: string): string[] =>
  memory.keys().filter((key) => key.includes(blob));
