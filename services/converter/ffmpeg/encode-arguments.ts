import ffmpeg from 'fluent-ffmpeg';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { outputRate } from '../../shared/mp3/output-format.ts';
import { type SoundFormat, samplesOutput } from '../meter/sound-meter.ts';
import { LOG_ARGUMENTS } from './encoder-log.ts';
import { filterChain, requestedRange, type SampleRange, type SoundLimits } from './filter-chain.ts';
import { type Gain, gainFilters } from './gain.ts';
import { MATRIX_OPTIONS } from './mixdown.ts';
import type { AudioTrack } from './probe/probe.ts';
import { ENCODED, layoutOf, METERED, splitChain } from './split-chain.ts';
import { INPUT, OUTPUT } from './untrusted-input.ts';

/** Bytes per second at the highest bit rate, 320 kbps. */
const MAX_BYTES_PER_SECOND = 320_000 / 8;
/** Sound of a source takes more than this: the lowest rates of speech codecs are about 600 bytes per second. */
const MIN_SOURCE_BYTES_PER_SECOND = 500;
/** Room for overhead. */
const SLACK_BYTES = 16 * 1024 * 1024;

/** A track, and what every run of ffmpeg over its file needs. */
export interface EncodeSource {
  audio: AudioTrack;
  /** The time at which the film begins on the clock of the container, in seconds. */
  filmStartSeconds: number;
  /** Allow-lists and limits, which stand before `-i`. */
  inputArguments: readonly string[];
  /** ffmpeg's name of the container, such as `mp3`. */
  formatName?: string;
  /** What ffmpeg reads: `INPUT` by default. */
  input?: string;
}

export interface EncodeArguments extends EncodeSource {
  options: ConversionOptions;
  limits: SoundLimits;
  /** Size of the source. */
  inputBytes: number;
  /** Whether ffmpeg lists the packets of the track on standard output. It then reads the track to its end. */
  listsPackets: boolean;
  gain?: Gain | undefined;
  /** A part of the sound. Without it, all that the options select is encoded. */
  part?: PartArguments | undefined;
  /** The format of the MP3, where ffmpeg also writes the samples that it encodes to the file descriptor 3, for the meter. */
  meters?: SoundFormat | undefined;
}

/** A part of what the options select, in samples of the MP3's rate. */
export interface PartArguments {
  from: number;
  to?: number;
  output: string;
  /** Whether the encoder may use its bit reservoir. */
  reservoir: boolean;
}

/**
 * Returns the arguments for ffmpeg that make the MP3, without an ID3 tag. ffmpeg lists the packets of the track on standard
 * output (`framecrc`) where it reads all of them. We use fluent-ffmpeg to write the command line, but not to run it. Its
 * runner passes our environment with its tokens on and cannot be given another one, probes the input a second time without
 * the allow-lists where a listener asks for progress, and throws into the event loop when a process cannot be started.
 *
 * `-copyts` turns off ffmpeg's own correction of a clock that jumps, because our filters do it. Where the source changes its
 * format midway, ffmpeg would set the filters up again, and they would count anew: `-reinit_filter 0` makes that an error.
 */
export function encodeArguments(request: EncodeArguments): string[] {
  const { audio, filmStartSeconds, options, limits, inputBytes, listsPackets, part, meters } = request;
  const rate = outputRate(audio.sampleRate, options);
  const finish = request.gain ? gainFilters(request.gain, rate) : [];
  const chain = {
    source: { ...audio, filmStartSeconds },
    options,
    rate,
    range: rangeOf(request, rate),
    finish,
  };
  const command = open(request)
    .inputOptions('-reinit_filter', '0')
    .outputOptions(...(meters ? selectSamples(ENCODED) : [...selectTrack(audio), '-af', filterChain(chain)]))
    .audioCodec('libmp3lame')
    .outputOptions('-fs', String(maxOutputBytes(audio, { ...limits, inputBytes })))
    .outputOptions('-id3v2_version', '0', '-write_xing', '1')
    .format('mp3')
    .output(part?.output ?? OUTPUT);
  if (options.bitrate !== undefined) command.audioBitrate(options.bitrate);
  else command.outputOptions('-q:a', String(options.quality ?? 2));
  if (part && !part.reservoir) command.outputOptions('-reservoir', '0');
  if (meters) {
    command.complexFilter(splitChain(audio.index, filterChain(chain), meters));
    command.output('pipe:3').outputOptions(...selectSamples(METERED), ...samplesOutput(meters));
  }
  if (listsPackets) listPackets(command, audio);
  return command._getArguments().map(String);
}

/** Returns the arguments for ffmpeg that copy the frames of an MP3 track. */
export function copyArguments(request: Omit<EncodeArguments, 'listsPackets' | 'part'>): string[] {
  const { audio, limits, inputBytes } = request;
  const command = open(request)
    .outputOptions(...selectTrack(audio), '-c', 'copy')
    .outputOptions('-fs', String(maxOutputBytes(audio, { ...limits, inputBytes })))
    .outputOptions('-id3v2_version', '0', '-write_xing', '1')
    .format('mp3')
    .output(OUTPUT);
  listPackets(command, audio);
  return command._getArguments().map(String);
}

/**
 * Returns the arguments for ffmpeg that decode the track to one format, in NUT, to the file descriptor 3. It may set its
 * filters up again where the source changes its format midway. The timestamps stay as they are.
 */
export function decodeArguments(
  source: EncodeSource & Pick<EncodeArguments, 'listsPackets'>,
  format: { rate: number; channels: 1 | 2 },
): string[] {
  const command = open(source)
    .outputOptions(...selectTrack(source.audio))
    .audioCodec('pcm_f32le')
    .outputOptions(
      '-af',
      `aresample=${[format.rate, ...MATRIX_OPTIONS].join(':')},aformat=channel_layouts=${layoutOf(format)}`,
    )
    .format('nut')
    .output('pipe:3');
  if (source.listsPackets) listPackets(command, source.audio);
  return command._getArguments().map(String);
}

const open = ({ inputArguments, input = INPUT }: EncodeSource): ffmpeg.FfmpegCommand =>
  ffmpeg(input).inputOptions('-nostdin', '-hide_banner', ...LOG_ARGUMENTS, '-copyts', ...inputArguments);

const selectTrack = ({ index }: AudioTrack): string[] => select(`0:${index}`);
const selectSamples = (name: string): string[] => select(`[${name}]`);

const select = (source: string): string[] => [
  ...['-map', source, '-vn', '-sn', '-dn'],
  ...['-map_metadata', '-1', '-map_chapters', '-1'],
];

/** Without `-flush_packets 0`, ffmpeg would write each line by itself, which takes 5 % of the time of a conversion. */
const listPackets = (command: ffmpeg.FfmpegCommand, audio: AudioTrack): void => {
  command
    .output('pipe:1')
    .outputOptions(...selectTrack(audio), '-c', 'copy', '-flush_packets', '0')
    .format('framecrc');
};

/** Returns what this process encodes, in samples on the clock of the film. */
function rangeOf({ options, limits, part }: EncodeArguments, rate: number): SampleRange {
  const { from, to } = requestedRange(options, rate, limits);
  if (!part) return { from, to };
  return { from: from + part.from, to: part.to === undefined ? to : Math.min(to, from + part.to) };
}

/**
 * Returns the upper bound of the MP3's size. The length that a file states may be far too short, for example in a recording
 * that was interrupted. But a small file that states a short length must not fill the disk.
 */
export function maxOutputBytes(
  { expectedSeconds, isLengthStated }: AudioTrack,
  {
    maxDurationSeconds,
    maxSoundSeconds = Number.POSITIVE_INFINITY,
    inputBytes,
  }: SoundLimits & { inputBytes: number },
): number {
  const stated =
    isLengthStated && expectedSeconds !== undefined ? 2 * expectedSeconds + 600 : Number.POSITIVE_INFINITY;
  const plausible = Math.max(stated, inputBytes / MIN_SOURCE_BYTES_PER_SECOND);
  return Math.ceil(
    Math.min(maxDurationSeconds + 1, maxSoundSeconds + 1, plausible) * MAX_BYTES_PER_SECOND + SLACK_BYTES,
  );
}
