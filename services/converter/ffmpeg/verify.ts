import { endianness } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { MAX_PEAKS } from '../../shared/jobs/mp3-details.ts';
import { ConversionFailure, NotJoinable, tooLong } from '../failure.ts';
import { createSoundMeter, type MeasuredSound, type SoundFormat } from '../meter/sound-meter.ts';
import { readTags } from '../mp3/frame-reader.ts';
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

export interface VerifiedMp3 {
  /** Length of the MP3. */
  seconds: number;
  sound: MeasuredSound;
  /** How long the check took. */
  checkSeconds: number;
}

/**
 * Decodes the whole MP3, compares its length with its header, and measures its sound. Throws {@link ConversionFailure} where the
 * lengths differ.
 */
export async function verify(options: VerifyOptions): Promise<VerifiedMp3> {
  const begun = performance.now();
  const [{ seconds, sound }, stated] = await Promise.all([play(options), statedLength(options)]);
  if (Math.abs(seconds - stated) > HEADER_TOLERANCE) {
    throw unplayable(new Error(`the MP3 states ${stated} s and plays ${seconds} s`));
  }
  if (seconds > options.maxDurationSeconds) throw tooLong(options.maxDurationSeconds);
  return { seconds, sound, checkSeconds: (performance.now() - begun) / 1000 };
}

const unplayable = (cause: Error) =>
  new ConversionFailure('conversion_failed', 'the sound of this file cannot be converted', cause);

/** Decodes the whole MP3. Returns its length, counted in samples, and what its sound is like. */
async function play({
  ffmpeg,
  folder,
  signal,
}: VerifyOptions): Promise<Pick<VerifiedMp3, 'seconds' | 'sound'>> {
  const format = await formatOf(join(folder, OUTPUT));
  const meter = createSoundMeter(format, MAX_PEAKS);
  const input = ['-nostdin', '-hide_banner', ...LOG_ARGUMENTS, ...untrustedInput, '-f', 'mp3', '-i', OUTPUT];
  const { decoded, code, killedBy, stderr } = await runEncoder(ffmpeg, [...input, ...samplesOf(format)], {
    ...{ folder, signal, listsPackets: false, onTime: () => undefined, dataOutput: meter.stream },
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  if (killedBy) throw new Error(`playing the MP3 was ended by ${killedBy}`);
  const { samples = 0, rates } = decoded;
  if (code !== 0 || stderr || samples === 0)
    throw unplayable(new Error(`the MP3 does not play: ${code}: ${stderr}`));
  await finished(meter.stream);
  return { seconds: samples / Math.max(...rates), sound: meter.measured() };
}

async function formatOf(path: string): Promise<SoundFormat> {
  try {
    return (await readTags(path)).tagFrame.header;
  } catch (error) {
    if (error instanceof NotJoinable) throw unplayable(error);
    throw error;
  }
}

/**
 * Arguments that make ffmpeg write the samples to the file descriptor 3. Copied frames may change the format midway, and the meter
 * needs one. `-flush_packets 0` gives it larger pieces.
 */
const samplesOf = ({ sampleRate, channels }: SoundFormat): string[] => [
  ...['-ar', String(sampleRate), '-ac', String(channels)],
  ...['-f', `f32${endianness().toLowerCase()}`, '-flush_packets', '0', 'pipe:3'],
];

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
