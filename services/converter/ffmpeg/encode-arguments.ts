import ffmpeg from 'fluent-ffmpeg';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { LOG_ARGUMENTS } from './encoder-log.ts';
import type { AudioTrack } from './probe/probe.ts';
import { INPUT, OUTPUT, untrustedInput } from './untrusted-input.ts';

/** Sample rates of MPEG-1, MPEG-2 and MPEG-2.5 Layer III, in Hz. */
const SAMPLE_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
/** Bytes per second at the highest bit rate, 320 kbps. */
const MAX_BYTES_PER_SECOND = 320_000 / 8;
/** Room for tags and other overhead. */
const SLACK_BYTES = 16 * 1024 * 1024;

/** A segment of the sound, in samples of the MP3's rate. */
export interface PartArguments {
  from: number;
  to?: number;
  /** Hz. */
  rate: number;
  output: string;
}

/**
 * Returns the arguments for ffmpeg that make the MP3. We use fluent-ffmpeg to write the command line, but not to run it. Its
 * runner passes our environment with its tokens on and cannot be given another one, probes the input a second time without
 * the allow-lists where a listener asks for progress, and throws into the event loop when a process cannot be started.
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
    .outputOptions('-map', `0:${audio.index}`, '-vn', '-sn', '-dn')
    .audioCodec('libmp3lame')
    // One second more than allowed, so that a longer source can be recognized.
    .duration(limits.maxDurationSeconds + 1 - startSeconds)
    .outputOptions('-fs', String(maxOutputBytes(audio, limits.maxDurationSeconds)))
    .outputOptions('-id3v2_version', '3', '-write_xing', '1')
    .format('mp3')
    .output(part?.output ?? OUTPUT);
  if (options.bitrate !== undefined) command.audioBitrate(options.bitrate);
  else command.outputOptions('-q:a', String(options.quality ?? 2));
  const rate = outputRate(audio.sampleRate, options.bitrate);
  if (rate !== undefined) command.audioFrequency(rate);
  if ((audio.channels ?? 2) > 2) command.audioChannels(2);
  if (part) selectPart(command, part, rate);
  return command._getArguments().map(String);
}

/**
 * Selects the samples of one segment. `atrim` counts samples whatever their timestamps are, so that the parts fit together.
 * Where the source changes its format midway, ffmpeg would set the filters up again and start the count anew:
 * `-reinit_filter 0` makes that an error.
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
 * Returns the sample rate of the MP3 in Hz, or undefined where the source's own rate is kept. The low sample rates do not
 * have the high bit rates, and LAME silently takes a lower bit rate there, so such a source gets a higher sample rate.
 */
export function outputRate(source: number | undefined, kbps = 0): number | undefined {
  if (source === undefined) return 44_100;
  if (kbps > 160 && source < 32_000) return 44_100;
  if (kbps > 64 && source < 16_000) return 44_100;
  if (SAMPLE_RATES.includes(source)) return undefined;
  if (source > 48_000) return source % 11_025 === 0 ? 44_100 : 48_000;
  return SAMPLE_RATES.find((rate) => rate > source);
}

/**
 * Returns the upper bound of the MP3's size. The length that a file states may be somewhat wrong, but a file that states a
 * short length must not fill the disk.
 */
export function maxOutputBytes(
  { expectedSeconds, isLengthStated }: AudioTrack,
  maxDurationSeconds: number,
): number {
  const expected =
    isLengthStated && expectedSeconds !== undefined ? 2 * expectedSeconds + 600 : Number.POSITIVE_INFINITY;
  return Math.ceil(Math.min(maxDurationSeconds + 1, expected) * MAX_BYTES_PER_SECOND + SLACK_BYTES);
}
