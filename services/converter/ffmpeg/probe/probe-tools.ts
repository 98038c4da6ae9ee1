import type { Tool } from '../../sandbox/sandbox.ts';

export interface ProbeTools {
  ffmpeg: Tool;
  ffprobe: Tool;
  /** The private folder of the attempt. It holds `INPUT`. */
  folder: string;
  signal: AbortSignal;
}
