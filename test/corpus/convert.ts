import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INPUT } from '../../services/converter/ffmpeg/untrusted-input.ts';
import { createTranscode } from '../../services/converter/transcode/transcode.ts';
import type { ConversionOptions } from '../../services/shared/jobs/conversion-options.ts';
import type { JobWarning } from '../../services/shared/jobs/warnings.ts';
import { tools } from '../support/tools.ts';
import type { Pcm } from './measure.ts';
import type { Bench } from './workshop.ts';
import { outputOf } from './workshop.ts';

/** Short, so that a length of nonsense is refused where it is believed. */
const LIMITS = { maxDurationSeconds: 300, maxConvertSeconds: 240 };

/** As if four cores were idle, and parts of a second were worth it. */
const SEVERAL_CORES = {
  idleCores: { tryAcquire: (most: number) => ({ count: Math.min(most, 3), release: () => undefined }) },
  minSegmentSeconds: 1,
};

export type Outcome =
  | { pcm: Pcm; warnings: readonly JobWarning[]; seconds: number }
  | { failure: string; detail: string };

/** Converts a file with the real programs, as the converter does, and decodes the MP3 as a player does. */
export async function convert(
  bench: Bench,
  path: string,
  { options = {}, isParallel }: { options?: ConversionOptions; isParallel?: true },
): Promise<Outcome> {
  await copyFile(path, join(bench.folder, INPUT));
  const transcode = createTranscode({ ...tools, limits: LIMITS, ...(isParallel && SEVERAL_CORES) });
  try {
    const mp3 = await transcode({
      folder: bench.folder,
      options: options.bitrate === undefined ? { quality: 0, ...options } : options,
      signal: new AbortController().signal,
      onProbe: () => undefined,
      onTime: () => undefined,
    });
    if (isParallel && mp3.parts < 2) return { failure: 'serial', detail: 'it was encoded by one process' };
    const { seconds } = await mp3.verify();
    return { pcm: await decode(mp3.path), warnings: mp3.warnings, seconds };
  } catch (error) {
    const { code = 'none', message } = error as Error & { code?: string };
    return { failure: code, detail: message };
  }
}

/** Decodes an MP3 without the encoder's delay and padding. Throws if it reports an error. */
async function decode(path: string): Promise<Pcm> {
  const wav = await outputOf('ffmpeg', '-nostdin', '-v', 'error', '-xerror', '-i', path, ...FLOAT_WAV, '-');
  return readWav(wav);
}

const FLOAT_WAV = ['-map', '0:a:0', '-c:a', 'pcm_f32le', '-f', 'wav'];

/** Number of seconds that ffmpeg by hand makes of the first sound track, whatever its timestamps are. */
export async function lengthByHand(path: string): Promise<number> {
  const args = [
    '-nostdin',
    '-v',
    'quiet',
    '-i',
    path,
    '-map',
    '0:a:0',
    '-ac',
    '1',
    '-ar',
    '8000',
    '-f',
    's16le',
    '-',
  ];
  return (await outputOf('ffmpeg', ...args)).length / 2 / 8000;
}

/** Reads a WAV of ffmpeg with 32-bit floating point, whose length is unknown because it went through a pipe. */
function readWav(wav: Buffer): Pcm {
  const format = wav.indexOf('fmt ');
  const channels = wav.readUInt16LE(format + 10);
  const rate = wav.readUInt32LE(format + 12);
  const data = wav.indexOf('data', format) + 8;
  const count = Math.floor((wav.length - data) / 4 / channels);
  const planes = Array.from({ length: channels }, () => new Float32Array(count));
  for (let n = 0; n < count; n++)
    for (const [channel, plane] of planes.entries())
      plane[n] = wav.readFloatLE(data + (n * channels + channel) * 4);
  return { rate, channels: planes };
}
