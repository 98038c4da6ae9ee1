import { createHash } from 'node:crypto';
import { link, mkdtemp, open, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConversionFailure } from '../../services/converter/failure.ts';
import type { Probe } from '../../services/converter/ffmpeg/probe/probe.ts';
import { INPUT } from '../../services/converter/ffmpeg/untrusted-input.ts';
import { createTranscode } from '../../services/converter/transcode/transcode.ts';
import type { LocalFile } from '../../services/gateway/client/local-file.ts';
import { bufferFile } from '../../services/gateway/client/sound/buffered-file.ts';
import type { Planner, SoundPlan } from '../../services/gateway/client/sound/planner.ts';
import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import type { JobWarning } from '../../services/shared/jobs/warnings.ts';

/** What becomes of a file: all that its owner gets and sees, or the code of its failure. */
export type SoundOutcome = { failure: string } | ConvertedSound;

interface ConvertedSound {
  /** sha256 of the MP3 with its tag. */
  mp3: string;
  warnings: JobWarning[];
  durationSeconds: number | null;
  tracks: Probe['tracks'];
}

/** Converts a file as a converter does. */
export async function soundOutcome(path: string, options: ConversionOptions = {}): Promise<SoundOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-outcome-'));
  let probed: Probe | undefined;
  try {
    await link(path, join(folder, INPUT)).catch(() => symlink(resolve(path), join(folder, INPUT)));
    const limits = { maxDurationSeconds: 7200, maxConvertSeconds: 120 };
    const transcode = createTranscode({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', limits });
    const made = await transcode({
      ...{ folder, options, signal: new AbortController().signal, onTime: () => undefined },
      onProbe: (found) => {
        probed = found;
      },
    });
    const hash = createHash('sha256').update(made.id3);
    const mp3 = hash.update(await readFile(made.path)).digest('hex');
    const { durationSeconds = null, tracks = [] } = probed ?? {};
    return { mp3, warnings: made.warnings, durationSeconds, tracks };
  } catch (error) {
    if (error instanceof ConversionFailure) return { failure: error.code };
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Calls `use` with a file on disk as the client sees it. */
export async function withLocalFile<T>(path: string, use: (file: LocalFile) => Promise<T>): Promise<T> {
  await using handle = await open(path);
  const { size } = await handle.stat();
  return await use({
    size,
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      if (bytesRead !== bytes.length) throw new Error('a part of the file was read that is not there');
      return bytes;
    },
  });
}

export const planWith = (
  planner: Planner,
  file: LocalFile,
  track?: number | string,
): Promise<SoundPlan | undefined> =>
  planner({ file, bytes: bufferFile(file, new AbortController().signal) }, { track });

const PIECE_BYTES = 1024 * 1024;

/** Writes the file of a plan, which must outlive neither. */
export async function writePlan({ file }: SoundPlan, path: string): Promise<void> {
  await using handle = await open(path, 'w');
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    await handle.write(await file.read(at, Math.min(file.size, at + PIECE_BYTES)));
  }
}
