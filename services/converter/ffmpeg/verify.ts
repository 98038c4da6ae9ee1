import { ConversionFailure, tooLong } from '../failure.ts';
import type { AudioTrack } from './probe/probe.ts';
import { runTool } from './run-tool.ts';
import { parseStatsTime } from './stats-line.ts';
import { INPUT, OUTPUT, untrustedInput } from './untrusted-input.ts';

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
 * Decodes the whole MP3, and compares its length with its header and with the source. Returns the length in seconds. Throws
 * {@link ConversionFailure} where they differ.
 */
export async function verify(audio: AudioTrack, options: VerifyOptions): Promise<number> {
  const [played, stated] = await Promise.all([play(options), statedLength(options)]);
  if (Math.abs(played - stated) > HEADER_TOLERANCE) {
    throw unplayable(new Error(`the MP3 states ${stated} s and plays ${played} s`));
  }
  if (played > options.maxDurationSeconds) throw tooLong(options.maxDurationSeconds);
  const { expectedSeconds, isLengthStated } = audio;
  if (
    isLengthStated &&
    expectedSeconds !== undefined &&
    played < expectedSeconds - tolerance(expectedSeconds)
  ) {
    await requireWholeSource(audio, expectedSeconds, options);
  }
  return played;
}

const tolerance = (seconds: number) => Math.max(0.5, seconds * 0.005);
const unplayable = (cause: Error) =>
  new ConversionFailure('conversion_failed', 'the sound of this file cannot be converted', cause);

async function play({ ffmpeg, folder, signal }: VerifyOptions): Promise<number> {
  let seconds = 0;
  const { code, killedBy, stderr } = await runTool(
    ffmpeg,
    [
      ...['-nostdin', '-hide_banner', '-v', 'error', '-stats'],
      ...[...untrustedInput, '-f', 'mp3', '-i', OUTPUT],
      ...['-f', 'null', '-'],
    ],
    {
      folder,
      signal,
      timeoutSeconds: TIMEOUT_SECONDS,
      onLine: (line) => {
        seconds = parseStatsTime(line) ?? seconds;
      },
    },
  );
  if (killedBy) throw new Error(`playing the MP3 was ended by ${killedBy}`);
  if (code !== 0 || stderr || seconds === 0)
    throw unplayable(new Error(`the MP3 does not play: ${code}: ${stderr}`));
  return seconds;
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

/**
 * Throws when the end of the source is missing. It is called when the MP3 is shorter than the source states. That is correct
 * where the sound has gaps, or where it ends before the picture and only the length of the file is known: the packets reach
 * the stated end nevertheless. In a truncated file they do not. ffmpeg reads a truncated fast-start MP4 without an error.
 */
async function requireWholeSource(
  audio: AudioTrack,
  expected: number,
  options: VerifyOptions,
): Promise<void> {
  const { ffprobe, folder, signal } = options;
  const tracks = audio.expectedOf === 'track' ? ['-select_streams', String(audio.index)] : [];
  let end = 0;
  const { code, killedBy, stderr } = await runTool(
    ffprobe,
    [
      ...['-v', 'error', ...tracks],
      ...['-show_entries', 'packet=pts_time,dts_time,duration_time', '-of', 'csv=p=0'],
      ...[...untrustedInput, '-i', INPUT],
    ],
    {
      folder,
      signal,
      timeoutSeconds: TIMEOUT_SECONDS,
      onOutputLine: (line) => {
        const [pts, dts, duration] = line.split(',').map(Number);
        const start = Number.isFinite(pts) ? Number(pts) : Number(dts);
        if (Number.isFinite(start)) end = Math.max(end, start + (Number(duration) || 0));
      },
    },
  );
  if (killedBy) throw new Error(`the scan of the source was ended by ${killedBy}`);
  if (end >= expected - tolerance(expected)) return;
  const missing = new Error(`packets end at ${end} of ${expected} s: ${code}: ${stderr}`);
  throw new ConversionFailure('truncated', 'a part of the file is missing at its end', missing);
}
