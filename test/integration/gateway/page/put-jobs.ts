import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DoneJob, Job } from '../../../../services/shared/jobs/job.ts';
import type { OriginalFile } from '../../../../services/shared/jobs/job-view.ts';
import { newJob } from '../../../support/job.ts';
import { media } from '../../../support/media.ts';
import type { createTestGateway } from '../../../unit/gateway/client/test-gateway.ts';
import { chunksOf } from '../../../unit/gateway/client/test-transport.ts';
import { USER } from './open-page.ts';

type Gateway = Pick<ReturnType<typeof createTestGateway>, 'jobs' | 'index' | 'blobs'>;

/** The length of the MP3s, in seconds. */
export const SECONDS = 20;

/** The film of which 31 MB were sent. */
export const ORIGINAL: OriginalFile = { size: 1_900_000_000, track: 1 };

let made = 0;

/** A job of the user of the page. Each one is a second older than the one that was made before. */
export function ownJob<Status extends Job['status']>(
  fields: Parameters<typeof newJob<Status>>[0],
): ReturnType<typeof newJob<Status>> {
  made += 1;
  const time = new Date(Date.now() - made * 1000).toISOString();
  return newJob<Status>({
    ...{ created_at: time, updated_at: time, owner: USER.email, email: USER.email },
    ...fields,
  } as Parameters<typeof newJob<Status>>[0]);
}

export const failedWith = (code: string, filename: string): Job =>
  ownJob({ status: 'failed', filename, error: { code, detail: `it is about ${code}` } });

/**
 * A job that is done, with an MP3 in the store that a browser can play.
 */
export async function ownMp3(
  { blobs }: Pick<Gateway, 'blobs'>,
  fields: Partial<Omit<DoneJob, 'status'>> = {},
): Promise<DoneJob> {
  const args = ['-f', 'lavfi', '-i', `sine=f=440:d=${SECONDS}`, '-b:a', '64k'];
  const bytes = await readFile(await media('tone.mp3', ...args));
  const mp3BlobId = randomUUID();
  const { size } = await blobs.write(mp3BlobId, chunksOf(bytes), {
    expires: new Date(Date.now() + 3600_000),
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return ownJob({ ...fields, status: 'done', mp3BlobId, mp3: { size, sha256, duration_seconds: SECONDS } });
}

/** Puts jobs into the store, as if their owner had sent them. The first one is the newest. */
export async function putJobs({ jobs, index }: Gateway, ...all: Job[]): Promise<void> {
  for (const job of all.toReversed()) {
    await jobs.create(job);
    await index.addOwned(job.owner, job.id);
    if (job.status === 'queued' || job.status === 'converting') await index.addActive(job.owner, job.id);
  }
}
