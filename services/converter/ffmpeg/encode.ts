import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import type { ConversionOptions } from '../../shared/jobs/job.ts';
import { ConversionFailure, DiskFull } from '../failure.ts';
import { LOG_ARGUMENTS } from './encoder-log.ts';
import { measureLoss } from './lost-sound.ts';
import { type AudioTrack, tooLong } from './probe.ts';
import { runEncoder } from './run-encoder.ts';
import type { ToolResult } from './run-tool.ts';
import { INPUT, OUTPUT, untrustedInput } from './untrusted-input.ts';

/** Sample rates of MPEG-1, MPEG-2 and MPEG-2.5 Layer III. */
const SAMPLE_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const BYTES_PER_SECOND = 320_000 / 8;
const SLACK_BYTES = 16 * 1024 * 1024;

export interface EncodeLimits {
  maxDurationSeconds: number;
  maxConvertSeconds: number;
}

/** A segment of the sound, in samples of the MP3's rate. */
export interface PartArguments {
  from: number;
  to?: number;
  /** Hz. */
  rate: number;
  output: string;
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
  part?: PartArguments,
): string[] {
  const startSeconds = part ? part.from / part.rate : 0;
  const command = ffmpeg(INPUT)
    .inputOptions('-nostdin', '-hide_banner', ...LOG_ARGUMENTS, ...untrustedInput)
    .outputOptions('-map', '0:a:0', '-vn', '-sn', '-dn')
    .audioCodec('libmp3lame')
    // One second more than allowed, so that a longer source can be recognized.
    .duration(limits.maxDurationSeconds + 1 - startSeconds)
    .outputOptions('-fs', String(maxBytes(audio, limits.maxDurationSeconds)))
    .outputOptions('-id3v2_version', '3', '-write_xing', '1')
    .format('mp3')
    .output(part?.output ?? OUTPUT);
  if ('bitrate' in options) command.audioBitrate(options.bitrate);
  else command.outputOptions('-q:a', String(options.quality));
  const rate = outputRate(audio.sampleRate, 'bitrate' in options ? options.bitrate : undefined);
  if (rate !== undefined) command.audioFrequency(rate);
  if ((audio.channels ?? 2) > 2) command.audioChannels(2);
  if (part) selectPart(command, part, rate);
  return command._getArguments().map(String);
}

/**
 * atrim counts samples, whatever their timestamps, so that the parts fit together. The count would start anew where the
 * source changes its format on the way and the filters are set up again: that is an error here.
 */
function selectPart(
  command: ffmpeg.FfmpegCommand,
  { from, to }: PartArguments,
  newRate: number | undefined,
): void {
  const resample = newRate === undefined ? '' : `aresample=${newRate},`;
  const end = to === undefined ? '' : `:end_sample=${to}`;
  const filters = `${resample}atrim=start_sample=${from}${end},asetpts=N/SR/TB`;
  command.inputOptions('-reinit_filter', '0').outputOptions('-reservoir', '0', '-af', filters);
}

/**
 * Hz of the MP3; undefined when the source's own rate will do. Low rates know no high bitrates, and LAME silently takes
 * a lower one.
 */
export function outputRate(source: number | undefined, kbps = 0): number | undefined {
  if (source === undefined) return 44_100;
  if (kbps > 160 && source < 32_000) return 44_100;
  if (kbps > 64 && source < 16_000) return 44_100;
  if (SAMPLE_RATES.includes(source)) return undefined;
  if (source > 48_000) return source % 11_025 === 0 ? 44_100 : 48_000;
  return SAMPLE_RATES.find((rate) => rate > source);
}

/** Upper bound of the output. The stated length may be somewhat wrong, but a small file must not fill the disk. */
function maxBytes({ expectedSeconds, stated }: AudioTrack, maxDurationSeconds: number): number {
  const believed =
    stated && expectedSeconds !== undefined ? 2 * expectedSeconds + 600 : Number.POSITIVE_INFINITY;
  return Math.ceil(Math.min(maxDurationSeconds + 1, believed) * BYTES_PER_SECOND + SLACK_BYTES);
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
  const result = await runEncoder(path, encodeArguments(audio, options, limits), {
    folder,
    signal,
    timeoutSeconds: limits.maxConvertSeconds,
    onLine: (line) => {
      const time = timeMark(line);
      if (time !== undefined) onTime(time);
    },
  });
  explain(result);
  const output = join(folder, OUTPUT);
  await requireWhole(output, audio, limits);
  const { seconds, lost } = await measureLoss(output, result.decoded);
  if (seconds > limits.maxDurationSeconds) throw tooLong(limits.maxDurationSeconds);
  if (lost !== undefined) {
    const cause = new Error(`${lost} were decoded and are not in the MP3, which holds ${seconds} s`);
    throw new ConversionFailure('conversion_failed', 'a part of the sound was lost in the conversion', cause);
  }
}

/** At the limit of `-fs`, ffmpeg exits with 0 and leaves a truncated file. */
export async function requireWhole(path: string, audio: AudioTrack, limits: EncodeLimits): Promise<void> {
  const { size } = await stat(path);
  if (size >= maxBytes(audio, limits.maxDurationSeconds)) {
    throw new ConversionFailure(
      'conversion_failed',
      'the file holds far more sound than it states, or than we can take',
    );
  }
}

export function explain({ code, killedBy, timedOut, stderr }: ToolResult): void {
  const cause = new Error(`ffmpeg: ${code ?? killedBy}: ${stderr}`);
  if (timedOut) throw new ConversionFailure('conversion_failed', 'the conversion took too long', cause);
  // The kernel killed it for lack of memory, or it crashed. The file may be the cause of both.
  if (killedBy) throw cause;
  if (/No space left on device|Disk quota exceeded/.test(stderr))
    throw new DiskFull('the spool is full', { cause });
  if (code !== 0)
    throw new ConversionFailure('conversion_failed', 'the sound of this file cannot be read', cause);
}

/** Seconds in a line of `-stats`, such as `size= 512kB time=00:00:32.81 bitrate=…`. */
export function timeMark(line: string): number | undefined {
  const [, hours, minutes, rest] = /\btime=(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(line) ?? [];
  return rest === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}
