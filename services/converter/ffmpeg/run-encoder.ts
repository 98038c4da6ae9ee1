import { ConversionFailure } from '../failure.ts';
import type { MeasuredPart, SoundFormat } from '../meter/sound-meter.ts';
import type { Tool } from '../sandbox/sandbox.ts';
import { createEncoderLog, type DecodedSound, LOG_ENVIRONMENT } from './encoder-log.ts';
import { createPacketCounter, type Packets } from './packet-counter.ts';
import { runTool, type ToolOptions, type ToolResult } from './run-tool.ts';
import { parseStatsTime } from './stats-line.ts';

export interface EncoderOptions
  extends Omit<ToolOptions, 'onLine' | 'onOutputLine' | 'onOutput' | 'keep' | 'env'> {
  /**
   * Gets the seconds of sound that the demuxer has read so far, where ffmpeg lists packets, or else those that are encoded.
   * Throwing ends ffmpeg.
   */
  onTime(seconds: number): void;
  /** Whether the arguments make ffmpeg list the packets of the track. */
  listsPackets: boolean;
}

export interface EncoderResult extends ToolResult {
  decoded: DecodedSound;
  /** The packets that ffmpeg has listed on its standard output. Undefined where it did not list all. */
  packets: Packets | undefined;
  /** What was measured of the samples that were encoded. Undefined where their format was not known before. */
  measured?: MeasuredSamples | undefined;
}

/** What was measured of a sound, or of one part of it, before it was encoded. */
export interface MeasuredSamples {
  format: SoundFormat;
  part: MeasuredPart;
}

/**
 * Runs ffmpeg with the arguments of `encodeArguments`. In the result, `stderr` holds only error messages. Throws
 * {@link ConversionFailure} when ffmpeg succeeded but has skipped a packet that was too large for its memory limit.
 */
export async function runEncoder(
  ffmpeg: Tool,
  args: readonly string[],
  { onTime, listsPackets, ...options }: EncoderOptions,
): Promise<EncoderResult> {
  const { decoded, read } = createEncoderLog();
  const counter = createPacketCounter();
  const onLine = (line: string): void => {
    const seconds = parseStatsTime(line);
    if (seconds === undefined) return;
    // With a second output, the time of the statistics is that of the recording's clock.
    onTime(listsPackets ? counter.packets.sumSeconds : seconds);
  };
  const tool = { ...options, onLine, onOutputLine: counter.read, env: LOG_ENVIRONMENT, keep: read };
  const result = await runTool(ffmpeg, args, tool);
  if (result.code === 0 && decoded.outOfMemory) {
    const detail = 'a part of this file needs more memory than a conversion may take';
    throw new ConversionFailure('conversion_failed', detail, new Error(`ffmpeg: ${result.stderr}`));
  }
  // The last statistics may have come before the last packets.
  if (result.code === 0 && listsPackets) onTime(counter.packets.sumSeconds);
  return { ...result, decoded, packets: listsPackets ? counter.packets : undefined };
}
