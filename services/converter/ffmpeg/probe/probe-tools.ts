import type { Tool } from '../../sandbox/sandbox.ts';

export interface ProbeTools {
  ffmpeg: Tool;
  ffprobe: Tool;
  /** The private folder of the attempt. It holds `INPUT`. */
  folder: string;
  signal: AbortSignal;
}

/** What a run that describes a file may take. ffmpeg's lists of tags take a time that grows with the square of their length. */
export const DESCRIBE_BOUNDS = { timeoutSeconds: 60, limits: { cpuSeconds: 15 } };
