import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createCoreSlots } from '../../../../services/converter/capacity/core-slots.ts';
import type { ConversionOptions } from '../../../../services/shared/jobs/conversion-options.ts';
import { convertFile } from '../../../support/converted.ts';

const run = promisify(execFile);

export interface ConvertMediaOptions {
  options?: ConversionOptions;
  /** Number of cores, for parts of two seconds or more. */
  cores?: number;
  maxDurationSeconds?: number;
}

/** Converts a file, verifies the MP3, and decodes it. */
export async function convertMedia(source: string, fields: ConvertMediaOptions = {}) {
  const { options = { quality: 5 }, cores = 1, maxDurationSeconds = 12 * 3600 } = fields;
  const idleCores = createCoreSlots(cores);
  const tools = {
    limits: { maxDurationSeconds, maxConvertSeconds: 240 },
    ...{ idleCores, minSegmentSeconds: 2 },
  };
  const convert = () => convertFile(source, options, tools);
  await using mp3 = await idleCores.run(new AbortController().signal, convert);
  return { parts: mp3.parts, warnings: mp3.warnings, ...(await pcmOf(mp3.path)) };
}

/** 16-bit samples, interleaved. */
export interface Pcm {
  rate: number;
  channels: number;
  /** Number of samples of each channel. */
  samples: number;
  pcm: Int16Array;
}

/** Decodes the first audio track with ffmpeg alone: a reference that has nothing in common with our filters. */
export async function pcmOf(path: string, ...args: string[]): Promise<Pcm> {
  const decode = [
    '-nostdin',
    '-v',
    'error',
    '-i',
    path,
    '-map',
    '0:a:0',
    ...args,
    '-f',
    'wav',
    '-bitexact',
    '-',
  ];
  const options = { encoding: 'buffer', maxBuffer: 1024 ** 3 } as const;
  const { stdout } = await run('ffmpeg', decode, options);
  const [channels, rate] = [stdout.readUInt16LE(22), stdout.readUInt32LE(24)];
  const data = Buffer.from(stdout.subarray(stdout.indexOf('data') + 8));
  const pcm = new Int16Array(data.buffer, data.byteOffset, data.length >> 1);
  return { rate, channels, samples: pcm.length / channels, pcm };
}

/** The level of one channel in dB below full scale, as its root mean square, from the second `from` to `to`. */
export function levelOf(
  { pcm, rate, channels }: Pcm,
  channel = 0,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): number {
  let sum = 0;
  let count = 0;
  const end = Math.min(pcm.length, Math.round(to * rate) * channels);
  for (let at = Math.round(from * rate) * channels + channel; at < end; at += channels) {
    sum += ((pcm[at] ?? 0) / 32_768) ** 2;
    count++;
  }
  return count === 0 || sum === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(sum / count);
}

/**
 * Returns by how many samples the first channel of `sound` is later than that of `reference` around the second `at`, or
 * undefined where the two are not alike. Both should be noise: a tone repeats itself.
 */
export function lagAt(sound: Pcm, reference: Pcm, at: number): number | undefined {
  const WINDOW = 4096;
  const REACH = 64;
  const value = (pcm: Pcm, index: number) => (pcm.pcm[index * pcm.channels] ?? 0) / 32_768;
  const start = Math.round(at * sound.rate);
  const origin = Math.round(at * reference.rate);
  let best = { lag: 0, likeness: 0 };
  for (let lag = -REACH; lag <= REACH; lag++) {
    let [both, one, other] = [0, 0, 0];
    for (let index = 0; index < WINDOW; index++) {
      const a = value(sound, start + lag + index);
      const b = value(reference, origin + index);
      both += a * b;
      one += a * a;
      other += b * b;
    }
    const likeness = both / Math.sqrt(one * other || 1);
    if (likeness > best.likeness) best = { lag, likeness };
  }
  return best.likeness > 0.7 ? best.lag : undefined;
}
