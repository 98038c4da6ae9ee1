/** Frames of a track that are decoded. The first ones of a recording that begins midway may be damaged. */
export const FRAMES = 8;

/** What ffmpeg says about decoded frames of one track. */
export interface FrameLog {
  /** Frames that were decoded. */
  frames: number;
  /** Where the first of them is, on the clock of the file. */
  startSeconds: number | undefined;
  /** The format that the frames have. Undefined where ffmpeg has not said it. */
  format: { sampleRate: number; channelLayout: string } | undefined;
  /** How often the format was set. */
  formats: number;
}

/** Reads the log of ffmpeg at the level `verbose`, and decoded frames as the muxer `framecrc` lists them. */
export function createFrameLog() {
  const found: FrameLog = { frames: 0, startSeconds: undefined, format: undefined, formats: 0 };
  let timeBase: number | undefined;
  return {
    found,
    read(line: string): void {
      const [, rate, layout] =
        /^\[graph_\d+_in_\S+ @ \w+\] \[verbose\] tb:\S+ .*\bsamplerate:(\d+) chlayout:(.+)$/.exec(line) ?? [];
      if (layout === undefined) return;
      found.format = { sampleRate: Number(rate), channelLayout: layout };
      found.formats += 1;
    },
    /** Reads `#tb 0: 1/44100` and then `0, <dts>, <pts>, …` for each frame. */
    readOutput(line: string): void {
      const [, numerator, denominator] = /^#tb 0: (\d+)\/(\d+)$/.exec(line) ?? [];
      if (denominator !== undefined) timeBase = Number(numerator) / Number(denominator);
      const [, pts] = /^0, +-?\d+, +(-?\d+),/.exec(line) ?? [];
      if (pts === undefined || timeBase === undefined) return;
      found.frames += 1;
      found.startSeconds ??= Number(pts) * timeBase;
    },
  };
}
