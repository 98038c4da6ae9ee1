import { ConversionFailure } from '../failure.ts';
import { createEncoderLog, type DecodedSound, LOG_ENVIRONMENT } from './encoder-log.ts';
import { runTool, type ToolOptions, type ToolResult } from './run-tool.ts';
import { parseStatsTime } from './stats-line.ts';

export interface EncoderOptions extends Pick<ToolOptions, 'folder' | 'signal' | 'timeoutSeconds'> {
  /** Gets the seconds of audio that are converted so far. */
  onTime(seconds: number): void;
}

/**
 * Runs ffmpeg with the arguments of `encodeArguments`. In the result, `stderr` holds only error messages. Throws
 * {@link ConversionFailure} when ffmpeg succeeded but has skipped a packet that was too large for its memory limit.
 */
export async function runEncoder(
  path: string,
  args: readonly string[],
  { onTime, ...options }: EncoderOptions,
): Promise<ToolResult & { decoded: DecodedSound }> {
  const { decoded, read } = createEncoderLog();
  const onLine = (line: string): void => {
    const seconds = parseStatsTime(line);
    if (seconds !== undefined) onTime(seconds);
  };
  const result = await runTool(path, args, { ...options, onLine, env: LOG_ENVIRONMENT, keep: read });
  if (result.code === 0 && decoded.outOfMemory) {
    const detail = 'a part of this file needs more memory than a conversion may take';
    throw new ConversionFailure('conversion_failed', detail, new Error(`ffmpeg: ${result.stderr}`));
  }
  return { ...result, decoded };
}
