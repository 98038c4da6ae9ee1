import type { TrackCheck } from './check-track.ts';
import { createFrameLog, FRAMES } from './frame-log.ts';

/** A track whose first frames were decoded while the streams were listed. */
export interface CheckedTrack extends TrackCheck {
  /** Index of the stream in the file. */
  index: number;
}

/** Output 1 of ffmpeg, beside the packets: the first frames of the first sound. The run fails for a file without sound. */
export const FIRST_FRAMES = ['-map', '0:a:0', '-frames:a', String(FRAMES), '-f', 'framecrc', 'pipe:3'];

/**
 * Reads the first frames of the first sound. It has a result only where all of them were decoded without an error and in one
 * format: then another run could find nothing else.
 */
export function createFirstFrames() {
  const log = createFrameLog();
  let index: number | undefined;
  let hasError = false;
  return {
    /** Reads a line of the log, without `[info]`. */
    read(line: string): void {
      log.read(line);
      const [, input] = /^ {2}Stream #0:(\d+) -> #1:0 /.exec(line) ?? [];
      if (input !== undefined) index = Number(input);
      if (line.startsWith('[error] Error while decoding stream #')) hasError = true;
    },
    readOutput: log.readOutput,
    /** Whether nothing more is to be learnt. */
    isOver: (): boolean => hasError || log.found.frames >= FRAMES,
    result(): CheckedTrack | undefined {
      const { frames, format, formats, startSeconds } = log.found;
      if (index === undefined || !format || formats > 1 || hasError || frames < FRAMES) return undefined;
      return { index, isDecodable: true, hasPackets: true, startSeconds, ...format };
    },
  };
}
