import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobView } from '../../services/shared/jobs/job.ts';
import { decodedSeconds } from '../support/media.ts';

/** LAME's delay and padding come to a few hundredths of a second. */
const TOLERANCE_SECONDS = 0.1;

/** Lengths in seconds of the MP3s that were played before, by their sha256. */
export type KnownDurations = Map<string, Promise<number>>;

export interface Mp3Check {
  /** A job that is done. Its file is whole and simple, so there is nothing to warn of. */
  job: Pick<JobView, 'source' | 'mp3' | 'warnings'>;
  /** The SHA-256 of the uploaded bytes, in hexadecimal. */
  sourceSha256: string;
  expectedSeconds: number;
  download(): Promise<{ status: number | undefined; bytes: Buffer }>;
  /** Where the MP3 is saved for ffmpeg. */
  folder: string;
  durations: KnownDurations;
}

/** Downloads and plays the MP3 of a job. Returns what is wrong with it, or undefined. */
export const findMp3Fault = (check: Mp3Check): Promise<string | undefined> =>
  compare(check).catch((error: Error) => `has an MP3 that does not play: ${error.message}`);

async function compare(check: Mp3Check): Promise<string | undefined> {
  const { job, sourceSha256, expectedSeconds } = check;
  if (job.source.sha256 !== sourceSha256) return 'was made from other bytes than the user sent';
  const codes = job.warnings.map(({ code }) => code);
  if (codes.length > 0) return `has the warnings ${codes.join(', ')}, although its file is whole`;
  const { status, bytes } = await check.download();
  if (status !== 200) return `is done, and its download answers ${status}`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== job.mp3?.sha256) return 'has an MP3 that does not match its sha256';
  const seconds = await durationOf(sha256, bytes, check);
  const off = Math.abs(seconds - expectedSeconds);
  return off < TOLERANCE_SECONDS ? undefined : `has an MP3 of ${seconds} s, which is ${off.toFixed(2)} s off`;
}

/** Equal sources and options give equal MP3s, so each is played only once. */
function durationOf(sha256: string, bytes: Buffer, { folder, durations }: Mp3Check): Promise<number> {
  const known = durations.get(sha256);
  if (known) return known;
  const file = join(folder, `${sha256}.mp3`);
  const playing = writeFile(file, bytes).then(() => decodedSeconds(file));
  durations.set(sha256, playing);
  playing.catch(() => durations.delete(sha256));
  return playing;
}
