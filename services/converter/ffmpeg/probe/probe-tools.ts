import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../sandbox/sandbox.ts';
import type { ToolOptions } from '../run-tool.ts';
import { INPUT } from '../untrusted-input.ts';

export interface ProbeTools {
  ffmpeg: Tool;
  ffprobe: Tool;
  /** The private folder of the attempt. It holds `INPUT`. */
  folder: string;
  signal: AbortSignal;
}

const MiB = 1024 * 1024;
/** Seconds of processor time of a run that describes a file. One that looks deep into a file may decode 20 minutes of it. */
const LEAST_CPU_SECONDS = 4;
const MOST_CPU_SECONDS = 15;
/** Bytes of a file for each second more. */
const BYTES_PER_CPU_SECOND = 16 * MiB;

/**
 * What a run that describes `INPUT` may take. ffmpeg's lists of tags take a time that grows with the square of their length:
 * 50,000 tags in less than 2 MB take 18 s, and 1,000 take less than can be measured.
 *
 * @param options arguments for the demuxer
 */
export async function describeBounds(
  { folder }: Pick<ProbeTools, 'folder'>,
  options: readonly string[],
): Promise<Pick<ToolOptions, 'limits'> & { timeoutSeconds: number }> {
  const { size } = await stat(join(folder, INPUT));
  const bySize = Math.min(MOST_CPU_SECONDS, LEAST_CPU_SECONDS + size / BYTES_PER_CPU_SECOND);
  const cpuSeconds = options.includes('-probesize') ? MOST_CPU_SECONDS : bySize;
  return { timeoutSeconds: 60, limits: { cpuSeconds } };
}
