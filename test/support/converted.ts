import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Probe } from '../../services/converter/ffmpeg/probe/probe.ts';
import { INPUT } from '../../services/converter/ffmpeg/untrusted-input.ts';
import type { MeasuredSound } from '../../services/converter/meter/sound-meter.ts';
import { createTranscode, type TranscodeTools } from '../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import type { JobWarning } from '../../services/shared/jobs/warnings.ts';
import { tools as unconfinedTools } from './tools.ts';

/** A conversion with real ffmpeg. Disposing of it removes its folder. */
export interface Converted extends AsyncDisposable {
  /** The MP3 with its tag, as it would be stored. */
  path: string;
  seconds: number;
  /** What the sound is like. */
  sound: MeasuredSound;
  /** Number of processes that encoded it. */
  parts: number;
  warnings: JobWarning[];
  /** What the converter found in the source. */
  probed: Probe | undefined;
}

/** Converts a file as a converter does. Throws `ConversionFailure`. */
export async function convertFile(
  source: string,
  options: ConversionOptions = {},
  tools: Partial<TranscodeTools> = {},
): Promise<Converted> {
  const folder = await mkdtemp(join(tmpdir(), 'mp3converter-converted-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await copyFile(source, join(folder, INPUT));
    const limits = { maxDurationSeconds: 600, maxConvertSeconds: 240 };
    const transcode = createTranscode({ ...unconfinedTools, limits, ...tools });
    let probed: Probe | undefined;
    const made = await transcode({
      ...{ folder, options, signal: new AbortController().signal },
      onProbe: (found) => {
        probed = found;
      },
      onTime: () => undefined,
    });
    const { seconds, sound } = await made.verify();
    const path = join(folder, 'stored.mp3');
    await writeFile(path, Buffer.concat([made.id3, await readFile(made.path)]));
    const { parts, warnings } = made;
    return { path, seconds, sound, parts, warnings, probed, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
