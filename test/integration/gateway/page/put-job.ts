import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DoneJob, FailedJob, Job, JobBase } from '../../../../services/shared/jobs/job.ts';
import type { OriginalFile } from '../../../../services/shared/jobs/job-view.ts';
import { media } from '../../../support/media.ts';
import type { createTestGateway } from '../../../unit/gateway/client/test-gateway.ts';
import { chunksOf } from '../../../unit/gateway/client/test-transport.ts';
import { USER } from './open-page.ts';

type Gateway = Pick<ReturnType<typeof createTestGateway>, 'jobs' | 'index' | 'blobs'>;

/** A tone of 20 seconds, as an MP3 that a browser can play. */
export const SECONDS = 20;
const sound = async (): Promise<Buffer> =>
  readFile(await media('tone.mp3', '-f', 'lavfi', '-i', `sine=f=440:d=${SECONDS}`, '-b:a', '64k'));

let created = 0;

/** What every job has. Each one that is made is a second older than the one before. */
export function baseJob(changes: Partial<JobBase> = {}): JobBase {
  created += 1;
  const time = new Date(Date.now() - created * 1000).toISOString();
  return {
    id: randomUUID(),
    filename: 'film.mp4',
    options: { quality: 2 },
    source: { size: 31_000_000, sha256: 'a'.repeat(64), duration_seconds: 20, tracks: null, original: null },
    attempts: 1,
    created_at: time,
    updated_at: time,
    expires_at: new Date(Date.now() + 3_000_000).toISOString(),
    owner: USER.email,
    email: USER.email,
    trace_id: '0'.repeat(32),
    videoBlobId: randomUUID(),
    orphanedBlobs: [],
    generation: 1,
    infrastructureFailures: 0,
    download_url: 'http://localhost/download',
    ...changes,
  };
}

/** The film of which 31 MB were sent. */
export const ORIGINAL: OriginalFile = { size: 1_900_000_000, track: 1 };

export const queued = (changes?: Partial<JobBase>): Job => ({ ...baseJob(changes), status: 'queued' });

export const converting = (changes?: Partial<JobBase>, progress = 0.4, eta: number | null = 75): Job => ({
  ...baseJob(changes),
  ...{ status: 'converting', progress, eta_seconds: eta, attemptId: randomUUID() },
});

export const failed = (code: string, changes?: Partial<JobBase>): FailedJob => ({
  ...baseJob(changes),
  ...{ status: 'failed', progress: 0.5, error: { code, detail: `It is about ${code}.` } },
});

export const cancelled = (changes?: Partial<JobBase>): Job => ({
  ...baseJob(changes),
  ...{ status: 'cancelled', progress: 0.5 },
});

/** A job that is done, with an MP3 in the store that can be played. */
export async function done(
  { blobs }: Pick<Gateway, 'blobs'>,
  { warnings = [], ...changes }: Partial<JobBase & Pick<DoneJob, 'warnings'>> = {},
): Promise<DoneJob> {
  const bytes = await sound();
  const base = baseJob(changes);
  const mp3BlobId = randomUUID();
  const { size } = await blobs.write(mp3BlobId, chunksOf(bytes), { expires: new Date(base.expires_at) });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...base, status: 'done', mp3BlobId, mp3: { size, sha256, duration_seconds: SECONDS }, warnings };
}

/** Puts jobs into the store, as if their owner had sent them. */
export async function putJobs({ jobs, index }: Gateway, ...all: Job[]): Promise<void> {
  for (const job of all.toReversed()) {
    await jobs.create(job);
    await index.addOwned(job.owner, job.id);
    if (job.status === 'queued' || job.status === 'converting') await index.addActive(job.owner, job.id);
  }
}
