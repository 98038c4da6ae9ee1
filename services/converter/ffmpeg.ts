import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import { unavailable } from '../shared/errors.ts';
import type { ConversionOptions } from '../shared/jobs.ts';
import { ConversionFailure, DiskFull } from './failure.ts';
import { INPUT, OUTPUT, untrustedInput } from './input.ts';
import { type AudioTrack, tooLong } from './probe.ts';
import { runTool, type ToolResult } from './tool.ts';

/** Sample rates that MPEG-1, MPEG-2 and MPEG-2.5 Layer III know. */
const SAMPLE_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const BYTES_PER_SECOND = 320_000 / 8;
const SLACK_BYTES = 16 * 1024 * 1024;

export interface EncodeLimits {
  maxDurationSeconds: number;
  maxConvertSeconds: number;
}

/**
 * The arguments that make the MP3. fluent-ffmpeg writes the command line and does not run it: its runner hands our
 * environment (tokens) on, cannot be given another, probes the input a second time without the allow-lists as soon as
 * somebody listens for progress, and throws into the event loop when a process cannot be started.
 */
export function encodeArguments(
  audio: AudioTrack,
  options: ConversionOptions,
  limits: { maxDurationSeconds: number },
): string[] {
  const command = ffmpeg(INPUT)
    .inputOptions('-nostdin', '-hide_banner', '-v', 'error', '-stats', ...untrustedInput)
    .outputOptions('-map', '0:a:0', '-vn', '-sn', '-dn')
    .audioCodec('libmp3lame')
    // One second more than is allowed shows that there is more.
    .duration(limits.maxDurationSeconds + 1)
    .outputOptions('-fs', String(maxBytes(audio, limits.maxDurationSeconds)))
    .outputOptions('-id3v2_version', '3', '-write_xing', '1')
    .format('mp3')
    .output(OUTPUT);
  if ('bitrate' in options) command.audioBitrate(options.bitrate);
  else command.outputOptions('-q:a', String(options.quality));
  const rate = outputRate(audio.sampleRate, 'bitrate' in options ? options.bitrate : undefined);
  if (rate !== undefined) command.audioFrequency(rate);
  if ((audio.channels ?? 2) > 2) command.audioChannels(2);
  return command._getArguments();
}

/** Undefined when the source's own rate will do. Low rates know no high bitrates, and LAME silently takes a lower one. */
function outputRate(source: number | undefined, kbps = 0): number | undefined {
  if (source === undefined) return 44_100;
  if (kbps > 160 && source < 32_000) return 44_100;
  if (kbps > 64 && source < 16_000) return 44_100;
  if (SAMPLE_RATES.includes(source)) return undefined;
  if (source > 48_000) return source % 11_025 === 0 ? 44_100 : 48_000;
  return SAMPLE_RATES.find((rate) => rate > source);
}

/** A header may be wrong about the length, but not this wrong: a small file must not fill the disk. */
function maxBytes({ expectedSeconds }: AudioTrack, maxDurationSeconds: number): number {
  const seconds = Math.min(maxDurationSeconds + 1, 2 * (expectedSeconds ?? maxDurationSeconds) + 600);
  return Math.ceil(seconds * BYTES_PER_SECOND + SLACK_BYTES);
}

/** Makes {@link OUTPUT} from {@link INPUT} in the folder. `onTime` gets the seconds of audio that are converted. */
export async function encode(
  path: string,
  folder: string,
  audio: AudioTrack,
  options: ConversionOptions,
  {
    limits,
    signal,
    onTime,
  }: { limits: EncodeLimits; signal: AbortSignal; onTime: (seconds: number) => void },
): Promise<void> {
  const result = await runTool(path, encodeArguments(audio, options, limits), {
    folder,
    signal,
    timeoutSeconds: limits.maxConvertSeconds,
    onLine: (line) => {
      const time = timeMark(line);
      if (time !== undefined) onTime(time);
    },
  });
  explain(result);
  // `-fs` ends with success and a file that is cut.
  const { size } = await stat(join(folder, OUTPUT));
  if (size >= maxBytes(audio, limits.maxDurationSeconds)) {
    throw audio.expectedSeconds === undefined
      ? tooLong(limits.maxDurationSeconds)
      : new ConversionFailure('conversion_failed', 'the file holds far more sound than it states');
  }
}

function explain({ code, killedBy, timedOut, stderr }: ToolResult): void {
  const cause = new Error(`ffmpeg: ${code ?? killedBy}: ${stderr}`);
  if (timedOut) throw new ConversionFailure('conversion_failed', 'the conversion took too long', cause);
  if (killedBy) throw unavailable('ffmpeg', cause);
  if (/No space left on device/.test(stderr)) throw new DiskFull('the spool is full', { cause });
  if (code !== 0)
    throw new ConversionFailure('conversion_failed', 'the sound of this file cannot be read', cause);
}

/** Seconds in a line of `-stats`, such as `size= 512kB time=00:00:32.81 bitrate=…`. */
export function timeMark(line: string): number | undefined {
  const [, hours, minutes, rest] = /\btime=(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(line) ?? [];
  return rest === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}
