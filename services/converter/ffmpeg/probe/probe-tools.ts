export interface ProbeTools {
  ffmpeg: string;
  ffprobe: string;
  /** The private folder of the attempt. It holds `INPUT`. */
  folder: string;
  signal: AbortSignal;
}
