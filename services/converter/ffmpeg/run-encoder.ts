import { ConversionFailure } from '../failure.ts';
import { createEncoderLog, type DecodedSound, LOG_ENVIRONMENT } from './encoder-log.ts';
import { runTool, type ToolOptions, type ToolResult } from './run-tool.ts';

export type EncoderOptions = Pick<ToolOptions, 'folder' | 'signal' | 'timeoutSeconds' | 'onLine'>;

/**
 * Runs ffmpeg with the arguments of `encodeArguments`. In the result, `stderr` holds only error messages. Throws
 * {@link ConversionFailure} when ffmpeg succeeded but has skipped a packet that was too large for its memory limit.
 */
export async function runEncoder(
  path: string,
  args: readonly string[],
  options: EncoderOptions,
): Promise<ToolResult & { decoded: DecodedSound }> {
  const { decoded, read } = createEncoderLog();
  const result = await runTool(path, args, { ...options, env: LOG_ENVIRONMENT, keep: read });
  if (result.code === 0 && decoded.outOfMemory) {
    const detail = 'a part of this file needs more memory than a conversion may take';
    throw new ConversionFailure('conversion_failed', detail, new Error(`ffmpeg: ${result.stderr}`));
  }
  return { ...result, decoded };
}
