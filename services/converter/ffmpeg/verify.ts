import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { MAX_PEAKS } from '../../shared/jobs/mp3-details.ts';
import { ConversionFailure, NotJoinable, tooLong } from '../failure.ts';
import {
  createSoundMeter,
  joinParts,
  type MeasuredPart,
  type MeasuredSound,
  type SoundFormat,
  samplesFor,
} from '../meter/sound-meter.ts';
import { frameSamples } from '../mp3/frame-header.ts';
import { readTags, type TaggedMp3 } from '../mp3/frame-reader.ts';
import type { PlayRange } from '../mp3/play-ranges.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import { type Span, timed } from '../span.ts';
import { isCrash } from './crash.ts';
import { LOG_ARGUMENTS } from './encoder-log.ts';
import { runEncoder } from './run-encoder.ts';
import { OUTPUT, untrustedInput, untrustedPipe } from './untrusted-input.ts';

const TIMEOUT_SECONDS = 1800;
const BLOCK_BYTES = 256 * 1024;
/**
 * Seconds by which header and playing time may differ, because players cut
 * off the encoder's delay of up to 2,257 samples.
 */
const HEADER_TOLERANCE = 0.3;

export interface VerifyOptions {
  ffmpeg: Tool;
  folder: string;
  maxDurationSeconds: number;
  /** Ranges that together are the whole MP3. Each is played by its own process. Default: one. */
  ranges?: readonly PlayRange[];
  signal: AbortSignal;
}

export interface VerifiedMp3 {
  /** Length of the MP3, the same for any ranges. */
  seconds: number;
  sound: MeasuredSound;
  /** When it was checked. */
  checked: Span;
}

/**
 * Decodes the whole MP3, compares its length with its header, and measures its sound. Throws {@link ConversionFailure} where the
 * lengths differ.
 */
export async function verify(options: VerifyOptions): Promise<VerifiedMp3> {
  const [verified, checked] = await timed(() => check(options));
  return { ...verified, checked };
}

async function check(options: VerifyOptions): Promise<Omit<VerifiedMp3, 'checked'>> {
  const mp3 = await tagsOf(join(options.folder, OUTPUT));
  const { seconds, sound } = await play(options, mp3.tagFrame.header);
  const stated = statedLength(mp3);
  if (Math.abs(seconds - stated) > HEADER_TOLERANCE) {
    throw unplayable(new Error(`the MP3 states ${stated} s and plays ${seconds} s`));
  }
  if (seconds > options.maxDurationSeconds) throw tooLong(options.maxDurationSeconds);
  return { seconds, sound };
}

const unplayable = (cause: Error) =>
  new ConversionFailure('conversion_failed', 'the sound of this file cannot be converted', cause);

/** Throws {@link ConversionFailure} where the tool crashed, as it may for an MP3 that was copied, and an error where it was killed. */
function requireNotKilled(killedBy: NodeJS.Signals | null, what: string): void {
  if (!killedBy) return;
  const cause = new Error(`${what} was ended by ${killedBy}`);
  throw isCrash(killedBy) ? unplayable(cause) : cause;
}

const WHOLE: readonly PlayRange[] = [{ start: 0, surplus: 0 }];

/** Decodes the whole MP3. Returns its length, counted in samples, and what its sound is like. */
async function play(
  { ranges = WHOLE, ...options }: VerifyOptions,
  format: SoundFormat,
): Promise<Omit<VerifiedMp3, 'checked'>> {
  const parts = await playRanges(options, ranges, format);
  const samples = parts.reduce((sum, part) => sum + part.samples, 0);
  const sound = joinParts(
    parts.map(({ measured }) => measured),
    MAX_PEAKS,
  );
  return { seconds: samples / Math.max(...parts.map(({ rate }) => rate)), sound };
}

/** Plays all ranges side by side. Where one fails, the others are aborted. Every process has ended when this returns. */
async function playRanges(
  options: VerifyOptions,
  ranges: readonly PlayRange[],
  format: SoundFormat,
): Promise<PlayedRange[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const playing = ranges.map(async (range) => {
    try {
      return await playRange({ ...options, signal }, range, format);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  // Every process has to end before the folder is removed.
  await Promise.allSettled(playing);
  options.signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return Promise.all(playing);
}

async function tagsOf(path: string): Promise<TaggedMp3> {
  try {
    return await readTags(path);
  } catch (error) {
    if (error instanceof NotJoinable) throw unplayable(error);
    throw error;
  }
}

/** The seconds of sound that the Xing tag states, as players show them: with what the encoder has added. */
const statedLength = ({ tag, tagFrame: { header } }: TaggedMp3): number =>
  (tag.frames * frameSamples(header.sampleRate)) / header.sampleRate;

interface PlayedRange {
  samples: number;
  /** Hz. */
  rate: number;
  measured: MeasuredPart;
}

/** Plays a part of the MP3. */
async function playRange(
  { ffmpeg, folder, signal }: VerifyOptions,
  range: PlayRange,
  format: SoundFormat,
): Promise<PlayedRange> {
  const { source, input } = inputOf(folder, range);
  const open = ['-nostdin', '-hide_banner', ...LOG_ARGUMENTS, ...source];
  const meter = createSoundMeter(format, range.leadIn);
  // The pipe gets larger pieces without the flush. A copied MP3 may change its format midway, but these samples do not.
  const output = [...samplesFor(format), '-flush_packets', '0', 'pipe:3'];
  const { decoded, code, killedBy, reachedLimit, isOutputTooLong, stderr } = await runEncoder(
    ffmpeg,
    [...open, ...output],
    {
      ...{ folder, signal, listsPackets: false, onTime: () => undefined, ...(input && { input }) },
      dataOutput: meter.stream,
      timeoutSeconds: TIMEOUT_SECONDS,
    },
  );
  if (reachedLimit !== undefined || isOutputTooLong)
    throw unplayable(new Error(`playing the MP3 was ended by ${killedBy}`));
  requireNotKilled(killedBy, 'playing the MP3');
  const { samples = 0, rates } = decoded;
  if (code !== 0 || stderr || samples === 0)
    throw unplayable(new Error(`the MP3 does not play: ${code}: ${stderr}`));
  await finished(meter.stream);
  return { samples: samples - range.surplus, rate: Math.max(...rates), measured: meter.part() };
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
