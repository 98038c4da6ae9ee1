import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ConversionFailure, tooLong } from '../failure.ts';
import type { PlayRange } from '../mp3/play-ranges.ts';
import { LOG_ARGUMENTS } from './encoder-log.ts';
import { runEncoder } from './run-encoder.ts';
import { runTool } from './run-tool.ts';
import { OUTPUT, untrustedInput, untrustedPipe } from './untrusted-input.ts';

const TIMEOUT_SECONDS = 1800;
const BLOCK_BYTES = 256 * 1024;
/**
 * Seconds by which header and playing time may differ, because players cut
 * off the encoder's delay of up to 2,257 samples.
 */
const HEADER_TOLERANCE = 0.3;

export interface VerifyOptions {
  ffmpeg: string;
  ffprobe: string;
  folder: string;
  maxDurationSeconds: number;
  /** Ranges that together are the whole MP3. Each is played by its own process. Default: one. */
  ranges?: readonly PlayRange[];
  signal: AbortSignal;
}

/**
 * Decodes the whole MP3, and compares its length with its header. Returns the length in seconds, the same for any ranges. Throws
 * {@link ConversionFailure} where they differ.
 */
export async function verify(options: VerifyOptions): Promise<number> {
  const [played, stated] = await Promise.all([play(options), statedLength(options)]);
  if (Math.abs(played - stated) > HEADER_TOLERANCE) {
    throw unplayable(new Error(`the MP3 states ${stated} s and plays ${played} s`));
  }
  if (played > options.maxDurationSeconds) throw tooLong(options.maxDurationSeconds);
  return played;
}

const unplayable = (cause: Error) =>
  new ConversionFailure('conversion_failed', 'the sound of this file cannot be converted', cause);

const WHOLE: readonly PlayRange[] = [{ start: 0, surplus: 0 }];

/** Decodes the whole MP3. Returns its length, counted in samples. */
async function play({ ranges = WHOLE, ...options }: VerifyOptions): Promise<number> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const works = ranges.map(async (range) => {
    try {
      return await playRange({ ...options, signal }, range);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  // Waits for every process to end before the folder is removed.
  await Promise.allSettled(works);
  options.signal.throwIfAborted();
  failed.signal.throwIfAborted();
  const parts = await Promise.all(works);
  return parts.reduce((sum, { samples }) => sum + samples, 0) / Math.max(...parts.map(({ rate }) => rate));
}

/** Returns how many samples of the MP3 were played, and their rate in Hz. */
async function playRange(
  { ffmpeg, folder, signal }: VerifyOptions,
  range: PlayRange,
): Promise<{ samples: number; rate: number }> {
  const { source, input } = inputOf(folder, range);
  const open = ['-nostdin', '-hide_banner', ...LOG_ARGUMENTS, ...source];
  const { decoded, code, killedBy, stderr } = await runEncoder(ffmpeg, [...open, '-f', 'null', '-'], {
    ...{ folder, signal, listsPackets: false, onTime: () => undefined, ...(input && { input }) },
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  if (killedBy) throw new Error(`playing the MP3 was ended by ${killedBy}`);
  const { samples = 0, rates } = decoded;
  if (code !== 0 || stderr || samples === 0)
    throw unplayable(new Error(`the MP3 does not play: ${code}: ${stderr}`));
  return { samples: samples - range.surplus, rate: Math.max(...rates) };
}

/** ffmpeg opens the file itself, or gets a part of it on its standard input. */
function inputOf(folder: string, { start, end }: PlayRange) {
  if (start === 0 && end === undefined) return { source: [...untrustedInput, '-f', 'mp3', '-i', OUTPUT] };
  const input = Readable.from(bytesOf(join(folder, OUTPUT), start, end), { objectMode: false });
  return { source: [...untrustedPipe, '-f', 'mp3', '-i', 'pipe:0'], input };
}

/** Opens the file on the first read. If it were opened earlier and never read, it would leak, and its error would be unhandled. */
async function* bytesOf(path: string, start: number, end: number | undefined): AsyncGenerator<Buffer> {
  const last = end === undefined ? {} : { end: end - 1 };
  yield* createReadStream(path, { start, ...last, highWaterMark: BLOCK_BYTES });
}

async function statedLength({ ffprobe, folder, signal }: VerifyOptions): Promise<number> {
  const shape = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0'];
  const args = [...shape, ...untrustedInput, '-f', 'mp3', '-i', OUTPUT];
  const { output, killedBy } = await runTool(ffprobe, args, {
    folder,
    signal,
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  if (killedBy) throw new Error(`reading the header of the MP3 was ended by ${killedBy}`);
  // ffprobe prints «N/A» for an unknown value. Number() turns that into NaN, and every comparison with NaN is false.
  const seconds = /^\d+(?:\.\d+)?$/.exec(output.trim())?.[0];
  if (seconds === undefined) throw unplayable(new Error(`the MP3 states the length «${output.trim()}»`));
  return Number(seconds);
}
