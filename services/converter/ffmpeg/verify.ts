import { join } from 'node:path';
import { MAX_PEAKS } from '../../shared/jobs/mp3-details.ts';
import { NotJoinable, tooLong, unplayable } from '../failure.ts';
import {
  createSoundMeter,
  joinParts,
  type MeasuredSound,
  type SoundFormat,
  samplesFilter,
  samplesOutput,
} from '../meter/sound-meter.ts';
import { frameSamples } from '../mp3/frame-header.ts';
import { readTags, type TaggedMp3 } from '../mp3/frame-reader.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import { type Span, timed } from '../span.ts';
import { isCrash } from './crash.ts';
import { LOG_ARGUMENTS } from './encoder-log.ts';
import { runEncoder } from './run-encoder.ts';
import { OUTPUT, untrustedInput } from './untrusted-input.ts';

const TIMEOUT_SECONDS = 1800;
/**
 * Seconds by which header and playing time may differ, because players cut
 * off the encoder's delay of up to 2,257 samples.
 */
const HEADER_TOLERANCE = 0.3;

export interface VerifyOptions {
  ffmpeg: Tool;
  folder: string;
  maxDurationSeconds: number;
  signal: AbortSignal;
}

export interface VerifiedMp3 {
  /** Length of the MP3. */
  seconds: number;
  sound: MeasuredSound;
  /** When it was checked. */
  checked: Span;
}

/**
 * Decodes an MP3 whose frames come from a stranger, compares its length with its header, and measures its sound. Throws
 * `ConversionFailure` where it does not play, or the lengths differ.
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

/** Decodes the whole MP3. Returns its length, counted in samples, and what its sound is like. */
async function play(
  { ffmpeg, folder, signal }: VerifyOptions,
  format: SoundFormat,
): Promise<Omit<VerifiedMp3, 'checked'>> {
  const meter = createSoundMeter(format);
  const open = ['-nostdin', '-hide_banner', ...LOG_ARGUMENTS, ...untrustedInput, '-f', 'mp3', '-i', OUTPUT];
  // A copied MP3 may change its format midway, but these samples do not.
  const output = ['-af', samplesFilter(format), ...samplesOutput(format), 'pipe:3'];
  const { decoded, code, killedBy, reachedLimit, isOutputTooLong, stderr } = await runEncoder(
    ffmpeg,
    [...open, ...output],
    {
      ...{ folder, signal, listsPackets: false, onTime: () => undefined },
      onData: meter.take,
      timeoutSeconds: TIMEOUT_SECONDS,
    },
  );
  if (reachedLimit !== undefined || isOutputTooLong)
    throw unplayable(new Error(`playing the MP3 was ended by ${killedBy}`));
  requireNotKilled(killedBy);
  const { samples = 0, rates } = decoded;
  if (code !== 0 || stderr || samples === 0)
    throw unplayable(new Error(`the MP3 does not play: ${code}: ${stderr}`));
  return { seconds: samples / Math.max(...rates), sound: joinParts([meter.part()], MAX_PEAKS) };
}

/** Throws `ConversionFailure` where the tool crashed, as it may for an MP3 that was copied, and an error where it was killed. */
function requireNotKilled(killedBy: NodeJS.Signals | null): void {
  if (!killedBy) return;
  const cause = new Error(`playing the MP3 was ended by ${killedBy}`);
  throw isCrash(killedBy) ? unplayable(cause) : cause;
}
