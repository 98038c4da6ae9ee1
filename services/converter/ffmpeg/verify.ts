import { ConversionFailure, tooLong } from '../failure.ts';
import { LOG_ARGUMENTS } from './encoder-log.ts';
import { runEncoder } from './run-encoder.ts';
import { runTool } from './run-tool.ts';
import { OUTPUT, untrustedInput } from './untrusted-input.ts';

const TIMEOUT_SECONDS = 1800;
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
  signal: AbortSignal;
}

/**
 * Decodes the whole MP3, and compares its length with its header. Returns the length in seconds. Throws
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

/** Decodes the whole MP3. Returns its length, counted in samples. */
async function play({ ffmpeg, folder, signal }: VerifyOptions): Promise<number> {
  const input = ['-nostdin', '-hide_banner', ...LOG_ARGUMENTS, ...untrustedInput, '-f', 'mp3', '-i', OUTPUT];
  const { decoded, code, killedBy, stderr } = await runEncoder(ffmpeg, [...input, '-f', 'null', '-'], {
    ...{ folder, signal, listsPackets: false, onTime: () => undefined },
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  if (killedBy) throw new Error(`playing the MP3 was ended by ${killedBy}`);
  const { samples = 0, rates } = decoded;
  if (code !== 0 || stderr || samples === 0)
    throw unplayable(new Error(`the MP3 does not play: ${code}: ${stderr}`));
  return samples / Math.max(...rates);
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
