import { stripVTControlCharacters } from 'node:util';

/**
 * ffmpeg states how many samples it has decoded only at the level `verbose`. At that level it also prints the tags of the
 * file, where a line break could forge any message. Colours tell the two apart: ffmpeg colours every level except `info`,
 * the level of the tags, and it replaces control characters in what it prints.
 */
export const LOG_ARGUMENTS = ['-v', 'level+verbose', '-stats'];
export const LOG_ENVIRONMENT = { AV_LOG_FORCE_COLOR: '1' };

const RESET = '\x1b[0m';
const COLOUR = '\x1b[';

/** The sound that one ffmpeg process has decoded. */
export interface DecodedSound {
  /** Samples of each channel. Undefined when ffmpeg has not stated them. */
  samples: number | undefined;
  /**
   * Sample rates in Hz, one for each time that ffmpeg set its filters up:
   * again where the source changes its format midway.
   */
  rates: number[];
  /** Whether ffmpeg skipped something that was too large for `-max_alloc`. It still exits with 0 then. */
  outOfMemory: boolean;
}

export interface EncoderLog {
  readonly decoded: DecodedSound;
  /** Reads a line of standard error. Returns its text if it reports an error. */
  read(line: string): string | undefined;
}

export function createEncoderLog(): EncoderLog {
  const decoded: DecodedSound = { samples: undefined, rates: [], outOfMemory: false };
  return {
    decoded,
    read(line) {
      const text = messageOf(line);
      if (text === undefined) return undefined;
      const rate = /^\[graph_-?\d+_in_\S+ @ \w+\] \[verbose\] tb:\S+ .*\bsamplerate:(\d+)/.exec(text)?.[1];
      if (rate !== undefined) decoded.rates.push(Number(rate));
      const samples = /\bInput stream #0:\d+ \(audio\): .*\bdecoded\b.* \((\d+) samples\)/.exec(text)?.[1];
      if (samples !== undefined) decoded.samples = Number(samples);
      // Only ffmpeg's own lines count. A decoder that cannot allocate a picture does not affect the sound.
      if (/^(?:\[(?:\w+#|dec:)\S* @ \w+\] )*\[error\] .*: Cannot allocate memory$/.test(text)) {
        decoded.outOfMemory = true;
      }
      return /\[(?:error|fatal|panic)\] /.test(text) ? text : undefined;
    },
  };
}

/** Returns the text of a coloured line. The code that resets the colour of one line is at the start of the next. */
function messageOf(line: string): string | undefined {
  const own = line.startsWith(RESET) ? line.slice(RESET.length) : line;
  return own.startsWith(COLOUR) ? stripVTControlCharacters(own).trimEnd() : undefined;
}
