import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../shared/blobs.ts';
import { isAppError } from '../shared/errors.ts';
import type { Job } from '../shared/jobs.ts';
import type { Log } from '../shared/log.ts';
import { ConversionFailure } from './failure.ts';
import { INPUT } from './input.ts';
import { progressAt } from './progress.ts';
import type { Spool } from './spool.ts';
import type { Mp3, Transcode } from './transcode.ts';

const BLOCK_BYTES = 1024 * 1024;

export interface AttemptPorts {
  blobs: BlobStore;
  spool: Spool;
  transcode: Transcode;
}

export interface AttemptOptions {
  signal: AbortSignal;
  /** Gets the fields of the job that became known on the way. */
  tell(fields: Partial<Job>): void;
  log: Log;
}

/** What an attempt adds to its job. The blob is the caller's from here on. */
export type Made = Required<Pick<Job, 'audio' | 'mp3'>> & { audio: string };

/** Video out of the blob store, MP3 into it; the private folder in between is gone afterwards, whatever happened. */
export function makeMp3(job: Job, ports: AttemptPorts, { signal, tell, log }: AttemptOptions): Promise<Made> {
  const { blobs, spool, transcode } = ports;
  return spool.use(async (folder) => {
    const timer = stopwatch();
    await spoolVideo(blobs, job.video, join(folder, INPUT), signal);
    const spool_ms = timer();
    const start = performance.now();
    let expected: number | undefined;
    const mp3 = await transcode({
      folder,
      options: job.options,
      signal,
      onProbe({ duration_seconds, tracks, audio }) {
        expected = audio.expectedSeconds;
        tell({ source: { ...job.source, duration_seconds, tracks } });
      },
      onTime(seconds) {
        tell(progressAt(seconds, expected, (performance.now() - start) / 1000) ?? {});
      },
    });
    const convert_ms = timer();
    const made = await storeVerified(blobs, mp3, job, signal);
    log.info({ spool_ms, convert_ms, store_ms: timer(), parts: mp3.parts }, 'MP3 made');
    return made;
  });
}

async function spoolVideo(blobs: BlobStore, video: string, path: string, signal: AbortSignal): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await blobs.copy(video, (part) => file.writeFile(part), signal);
  } catch (error) {
    if (!isAppError(error, 'not_found')) throw error;
    throw new ConversionFailure('video_gone', 'the uploaded file does not exist any more', error);
  }
}

/** Both at once: playing the file takes one core, and storing it is waiting. */
async function storeVerified(blobs: BlobStore, mp3: Mp3, job: Job, signal: AbortSignal): Promise<Made> {
  const ttlSeconds = (Date.parse(job.expires_at) - Date.now()) / 1000;
  const bytes = createReadStream(mp3.path, { highWaterMark: BLOCK_BYTES });
  const [stored, verified] = await Promise.allSettled([
    blobs.write(bytes, { ttlSeconds, signal }),
    mp3.verify(),
  ]);
  if (verified.status === 'rejected') {
    if (stored.status === 'fulfilled') await blobs.delete(stored.value.id);
    throw verified.reason;
  }
  if (stored.status === 'rejected') throw stored.reason;
  const { id, size, sha256 } = stored.value;
  return { audio: id, mp3: { size, sha256, duration_seconds: verified.value } };
}

/** Milliseconds since it was last asked. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const passed = performance.now() - last;
    last += passed;
    return Math.round(passed);
  };
}
