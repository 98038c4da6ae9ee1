import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import { toAttachment } from '../../shared/jobs/attached-details.ts';
import type { ConvertingJob } from '../../shared/jobs/job.ts';
import type { Mp3 } from '../../shared/jobs/job-view.ts';
import type { AttemptUpdate } from '../../shared/jobs/transitions.ts';
import { isAppError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { DiskFull, type Spool } from '../../shared/runtime/spool.ts';
import type { EarlyConversions } from '../early/early-conversions.ts';
import { ConversionFailure } from '../failure.ts';
import type { EarlySound } from '../ffmpeg/early-sound.ts';
import { selectedSeconds } from '../ffmpeg/selected-length.ts';
import { INPUT } from '../ffmpeg/untrusted-input.ts';
import type { EncodedMp3, Transcode } from '../transcode/transcode.ts';
import type { ConversionResult } from './finish.ts';
import { measuredDetails } from './measured-details.ts';
import { estimateProgress } from './progress.ts';
import type { Stages } from './stages.ts';

const BLOCK_BYTES = 1024 * 1024;

export interface AttemptPorts {
  blobs: BlobStore;
  spool: Spool;
  /** Conversions that were begun during the upload. */
  early?: Pick<EarlyConversions, 'take' | 'giveUp'> | undefined;
  transcode: Transcode;
  /**
   * Called with each job that was converted from its beginning: the bytes of its video, and the seconds that the attempt took.
   */
  recordJob?: (job: { size: number; seconds: number }) => void;
}

export interface AttemptOptions {
  signal: AbortSignal;
  /** Gets fields of the job as soon as they are known. */
  queueUpdate(fields: AttemptUpdate): void;
  /** Gets the stages of the attempt. */
  stages: Stages;
  log: Log;
}

/**
 * Reads the video from the blob store, converts it, and stores the MP3 under the attempt's id. Removes its private folder
 * afterwards, also after a failure.
 */
export function makeMp3(
  job: ConvertingJob,
  ports: AttemptPorts,
  { signal, queueUpdate, stages, log }: AttemptOptions,
): Promise<ConversionResult> {
  const { blobs, transcode, recordJob } = ports;
  const begun = performance.now();
  return withVideo(job, ports, signal, async (folder, early) => {
    stages.end('fetch');
    const start = performance.now();
    let expectedSeconds: number | undefined;
    const encoded = await transcode({
      folder,
      options: job.options,
      early,
      signal,
      onProbe({ durationSeconds, tracks, ...probed }) {
        stages.end('probe');
        const { expectedSeconds: stated } = probed.audio;
        expectedSeconds = stated && selectedSeconds(stated, { ...probed, options: job.options });
        queueUpdate({ source: { ...job.source, duration_seconds: durationSeconds, tracks } });
      },
      onTime(seconds) {
        queueUpdate(estimateProgress(seconds, expectedSeconds, (performance.now() - start) / 1000) ?? {});
      },
    });
    stages.end('encode');
    if (encoded.joined) stages.add('join', encoded.joined);
    const mp3 = await storeVerified(blobs, encoded, job, { signal, stages });
    const { parts, wasEarly } = encoded;
    log.info({ parts, early: wasEarly }, 'MP3 made');
    if (!wasEarly) recordJob?.({ size: job.source.size, seconds: (performance.now() - begun) / 1000 });
    return { mp3, warnings: encoded.warnings };
  });
}

/** Calls `work` with a folder that holds the video, perhaps with its sound too, and removes it afterwards. */
async function withVideo<T>(
  job: ConvertingJob,
  { blobs, spool, early }: AttemptPorts,
  signal: AbortSignal,
  work: (folder: string, sound?: EarlySound) => Promise<T>,
): Promise<T> {
  await using begun = await early?.take(job, signal);
  if (begun) return await work(begun.folder, begun.sound);
  const spoolAndWork = () =>
    spool.use(job.source.size, async (folder) => {
      await spoolVideo(blobs, job.videoBlobId, join(folder, INPUT), signal);
      return work(folder);
    });
  try {
    return await spoolAndWork();
  } catch (error) {
    if (!(error instanceof DiskFull) || !(await early?.giveUp())) throw error;
    return await spoolAndWork();
  }
}

async function spoolVideo(
  blobs: BlobStore,
  blobId: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await blobs.copy(blobId, (part) => file.writeFile(part), signal);
  } catch (error) {
    if (!isAppError(error, 'not_found')) throw error;
    throw new ConversionFailure('video_gone', 'the uploaded file does not exist any more', error);
  }
}

/**
 * Stores and verifies the MP3 at the same time, because verifying needs a core, and storing mostly waits. The blob does not exist
 * before the MP3 is verified, since what was measured of it is a part of the blob.
 */
async function storeVerified(
  blobs: BlobStore,
  encoded: EncodedMp3,
  { attemptId, expires_at }: ConvertingJob,
  { signal, stages }: Pick<AttemptOptions, 'signal' | 'stages'>,
): Promise<Mp3> {
  const verifying = encoded.verify();
  const attach = async () => {
    stages.end('store');
    const verified = await verifying;
    stages.add('check', verified.checked);
    const { size } = await stat(encoded.path);
    return toAttachment(measuredDetails(verified, { bytes: size, steps: stages.steps() }));
  };
  const [stored, verified] = await Promise.allSettled([
    blobs.write(attemptId, bytesOf(encoded), { expires: new Date(expires_at), attach, signal }),
    verifying,
  ]);
  // A write that waited for the verification fails with it.
  if (verified.status === 'rejected') throw verified.reason;
  if (stored.status === 'rejected') throw stored.reason;
  const { size, sha256 } = stored.value;
  return { size, sha256, duration_seconds: verified.value.seconds };
}

/**
 * Opens the file on the first read. If it were opened earlier and never read, it would leak, and its `error` event would be
 * unhandled.
 */
async function* bytesOf({ id3, path }: EncodedMp3): AsyncGenerator<Buffer> {
  if (id3.length > 0) yield id3;
  yield* createReadStream(path, { highWaterMark: BLOCK_BYTES });
}
