import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeId3 } from '../../../../services/converter/tags/write-id3.ts';
import { type MeasuredDetails, toAttachment } from '../../../../services/shared/jobs/attached-details.ts';
import type { DoneJob, Job } from '../../../../services/shared/jobs/job.ts';
import type { OriginalFile } from '../../../../services/shared/jobs/job-view.ts';
import { newJob } from '../../../support/job.ts';
import { media } from '../../../support/media.ts';
import { type createTestGateway, mp4, testUserId } from '../../../unit/gateway/client/test-gateway.ts';
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
    ...{ created_at: time, updated_at: time, owner: testUserId(USER.email), email: USER.email },
    ...fields,
  } as Parameters<typeof newJob<Status>>[0]);
}

export const failedWith = (code: string, filename: string): Job =>
  ownJob({ status: 'failed', filename, error: { code, detail: `it is about ${code}` } });

/** What the converter has found out about an MP3. */
export const MEASURED: MeasuredDetails = {
  ...{ bitrate_kbps: 64.3, integrated_lufs: -16.23, true_peak_dbtp: -1.07 },
  peaks: Array.from({ length: 1000 }, (_, part) =>
    Math.round(60 + 50 * Math.sin(part / 30) + (part % 7) * 9),
  ),
  steps: [
    { step: 'fetch', seconds: 0.42 },
    { step: 'probe', seconds: 0.2 },
    { step: 'encode', seconds: 6.8 },
    { step: 'check', seconds: 1.31 },
    { step: 'store', seconds: 0.3 },
  ],
};

/** The last chapter has no title. */
const CHAPTERS = [
  { start: 0, end: 6, title: 'Opening' },
  { start: 6, end: 13.5, title: '<b>Interview</b>' },
  { start: 13.5, end: SECONDS },
];

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=s=200x200:d=1', '-frames:v', '1'];
const TONE = ['-f', 'lavfi', '-i', `sine=f=440:d=${SECONDS}`, '-b:a', '64k', '-id3v2_version', '0'];

/**
 * A job that is done, with an MP3 in the store that a browser can play.
 * @param hasDetails whether the MP3 has a waveform, chapters and a cover; those of earlier releases have none
 */
export async function ownMp3(
  { blobs }: Pick<Gateway, 'blobs'>,
  fields: Partial<Omit<DoneJob, 'status'>> = {},
  hasDetails = true,
): Promise<DoneJob> {
  const cover = { type: 'image/png', bytes: await readFile(await media('cover.png', ...PICTURE)) };
  const id3 = hasDetails ? writeId3({ chapters: CHAPTERS }, cover) : Buffer.alloc(0);
  const bytes = Buffer.concat([id3, await readFile(await media('tone.mp3', ...TONE))]);
  const mp3BlobId = randomUUID();
  const { size } = await blobs.write(mp3BlobId, chunksOf(bytes), {
    expires: new Date(Date.now() + 3600_000),
    ...(hasDetails && { attach: async () => toAttachment(MEASURED) }),
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return ownJob({ ...fields, status: 'done', mp3BlobId, mp3: { size, sha256, duration_seconds: SECONDS } });
}

/** Puts the film of a job into the store, so that it can be converted again. */
export async function putFilm(
  { blobs }: Pick<Gateway, 'blobs'>,
  { videoBlobId, expires_at }: Pick<Job, 'videoBlobId' | 'expires_at'>,
): Promise<void> {
  await blobs.write(videoBlobId, chunksOf(mp4(1000)), { expires: new Date(expires_at) });
}

/** Puts jobs into the store, as if their owner had sent them. The first one is the newest. */
export async function putJobs({ jobs, index }: Gateway, ...all: Job[]): Promise<void> {
  for (const job of all.toReversed()) {
    await jobs.create(job);
    await index.addOwned(job.owner, job.id);
    if (job.status === 'queued' || job.status === 'converting') await index.addActive(job.owner, job.id);
  }
}
