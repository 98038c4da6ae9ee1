import { stripVTControlCharacters } from 'node:util';

/**
 * ffmpeg states how many samples it has decoded only at the level `verbose`. At that level it also prints the tags of the
 * file, where a line break could forge any message. Colours tell the two apart: ffmpeg colours every level except `info`,
 * the level of the tags, and it replaces control characters in what it prints.
 *
 * `-max_error_rate 1`: ffmpeg would fail where most packets cannot be decoded, but what can be decoded is wanted then, too.
 * `-stats_period`: with `-copyts`, the statistics count from their first report on, so the first one has to come early.
 */
export const LOG_ARGUMENTS = [
  '-v',
  'level+verbose',
  '-max_error_rate',
  '1',
  '-stats',
  '-stats_period',
  '0.1',
];
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
  /** Packets that ffmpeg has read. Undefined when it has not stated them. */
  packets: number | undefined;
  /** Packets that the decoder refused. */
  refused: number;
  /** What the expression of `timeline.ts` decided, in samples of the source's rate. */
  placed: Placement;
  /** Whether ffmpeg skipped something that was too large for `-max_alloc`. It still exits with 0 then. */
  outOfMemory: boolean;
}

/** How the filters placed the frames on the clock of the MP3, in samples of the source's rate. */
export interface Placement {
  /** Silence in the holes. */
  silence: number;
  /** Jumps of the clock that were closed: the place on the clock of the MP3, and how far the clock jumped. */
  jumps: { at: number; by: number }[];
}

export interface EncoderLog {
  readonly decoded: DecodedSound;
  /** Reads a line of standard error. Returns its text if it reports an error. */
  read(line: string): string | undefined;
}

export function createEncoderLog(): EncoderLog {
  const placed: Placement = { silence: 0, jumps: [] };
  const decoded: DecodedSound = {
    ...{ samples: undefined, rates: [], packets: undefined, refused: 0 },
    ...{ placed, outOfMemory: false },
  };
  const readPlacement = createPlacementReader(placed);
  const countRefused = createRefusedCounter();
  return {
    decoded,
    read(line) {
      const text = messageOf(line);
      decoded.refused += countRefused(line, text);
      if (text === undefined || readPlacement(text)) return undefined;
      const rate = /^\[graph_-?\d+_in_\S+ @ \w+\] \[verbose\] tb:\S+ .*\bsamplerate:(\d+)/.exec(text)?.[1];
      if (rate !== undefined) decoded.rates.push(Number(rate));
      readTotals(text, decoded);
      // Only ffmpeg's own lines count. A decoder that cannot allocate a picture does not affect the sound.
      if (/^(?:\[(?:\w+#|dec:)\S* @ \w+\] )*\[error\] .*: Cannot allocate memory$/.test(text)) {
        decoded.outOfMemory = true;
      }
      return /\[(?:error|fatal|panic)\] /.test(text) ? text : undefined;
    },
  };
}

/** Reads the line that ffmpeg prints of its input at the end. Since version 6.1, it states the number of errors too. */
function readTotals(text: string, decoded: DecodedSound): void {
  const [, packets, errors, samples] =
    /\bInput stream #0:\d+ \(audio\): (\d+) packets read .*\bdecoded\b(?:; (\d+) decode errors)?.* \((\d+) samples\)/.exec(
      text,
    ) ?? [];
  if (samples === undefined) return;
  decoded.samples = Number(samples);
  decoded.packets = Number(packets);
  if (errors !== undefined) decoded.refused = Number(errors);
}

/**
 * Returns a function that says how many packets the decoder refused by a line of the log. ffmpeg prints repeated messages as a
 * number. It does not colour that line, so that a tag could forge it: it counts only behind the message that it repeats.
 */
function createRefusedCounter(): (line: string, message: string | undefined) => number {
  let isBehindRefusal = false;
  return (line, message) => {
    const wasBehindRefusal = isBehindRefusal;
    isBehindRefusal =
      message !== undefined && /^\[error\] Error while decoding stream #0:\d+: /.test(message);
    if (isBehindRefusal) return 1;
    const repeated = wasBehindRefusal ? / {4}Last message repeated (\d+) times$/.exec(line)?.[1] : undefined;
    return Number(repeated ?? 0);
  };
}

/** A hostile file may let its clock jump at every frame. Warnings and chapters need only the first jumps. */
const MAX_JUMPS = 1000;

/** Returns a function that reads the numbers which `timelineExpression` prints, and says whether a message is one. */
function createPlacementReader(placed: Placement): (message: string) => boolean {
  let place: number | undefined;
  return (message) => {
    const [, level, text] = /^\[(warning|verbose)\] (-?\d+\.\d{6})$/.exec(message) ?? [];
    if (text === undefined) return false;
    const number = Number(text);
    if (level === 'verbose') placed.silence += number;
    else if (place === undefined) place = number;
    else {
      if (placed.jumps.length < MAX_JUMPS) placed.jumps.push({ at: place, by: number });
      place = undefined;
    }
    return true;
  };
}

/** Returns the text of a coloured line. The code that resets the colour of one line is at the start of the next. */
function messageOf(line: string): string | undefined {
  const own = line.startsWith(RESET) ? line.slice(RESET.length) : line;
  return own.startsWith(COLOUR) ? stripVTControlCharacters(own).trimEnd() : undefined;
}
