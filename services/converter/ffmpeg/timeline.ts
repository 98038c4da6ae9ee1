/** A place at which the clock of the recording jumped. The sound before and after it is joined without a pause. */
export interface ClockJump {
  /** Where it is in the sound, in seconds after the start of the film, with earlier jumps closed. */
  atSeconds: number;
  /** How far the clock jumped. Negative where it was set back. */
  seconds: number;
}

/** How the clock of the film becomes the clock of the MP3. */
export interface Timeline {
  /** The time at which the film begins on the clock of its container. */
  filmStartSeconds: number;
  /** In the order of the film. */
  jumps: ClockJump[];
  /** How much of the sound was cut off at its start. */
  startSeconds: number;
  /** Length of the MP3. */
  lengthSeconds: number;
}

/** Start times on the clock of the container, in seconds. */
export interface StartTimes {
  filmStartSeconds?: number | undefined;
  /** The first packet of the track. */
  startSeconds?: number | undefined;
  /** Whether the timestamps after the first one mean anything. By default, they do. */
  hasTimestamps?: boolean;
}

/** A longer pause is a jump of the clock. No player would play hours of silence. */
export const MAX_HOLE_SECONDS = 60;
/** A timestamp may be this far off, as the timestamps of a live recording are, before sound is moved. */
export const JITTER_SECONDS = 0.1;
/** The resampler does not fill a shorter hole. */
export const MIN_HOLE_SECONDS = 0.001;
/** A frame follows the one before it within this time. Matroska and FLV round timestamps to milliseconds. */
const IN_STEP_SECONDS = 0.0015;

/** Levels of ffmpeg's log at which the expression prints numbers. */
const WARNING = 24;
const VERBOSE = 40;

/** Variables of the expression, which keep their values from frame to frame and begin with 0. Times are in samples. */
const END = 0; // The end of the sound so far, on the clock of the MP3.
const CLOSED = 1; // How far the clock of the recording is ahead of that of the MP3: the sum of all jumps.
const OWN_END = 2; // The end of the sound so far, on the clock of the recording.
const BALANCE = 3; // Whether most frames are as long as their timestamps say: above 0.
const HAS_STARTED = 4; // 1 from the second frame on.
const TIME = 5; // The timestamp of the frame, counted from the start of the film.
const STEP = 6; // The time between the end of the last frame and this frame.
const SHIFT = 7; // How much later the frame is than the end of the sound so far.
const DECIDED = 8; // The length of a hole or jump before the last frame.
const PLACE = 9; // The place of that jump, plus 1. 0 for a hole.

const ld = (variable: number) => `ld(${variable})`;
const st = (variable: number, value: string) => `st(${variable},${value})`;
const samples = (seconds: number) => `${seconds}*SR`;

/**
 * Returns an expression for the filter `asetpts` that gives each frame its place on the clock of the MP3, in samples from the
 * start of the film:
 *
 * - A hole of up to {@link MAX_HOLE_SECONDS} stays, also before the first frame. A later filter fills it with silence.
 * - A longer hole is a jump of the clock. The frame follows the one before it.
 * - Where the clock is set back, the frame follows the one before it too: no sound is dropped.
 * - Small differences are jitter and have no effect until they add up.
 *
 * The length of a frame and its timestamps may disagree all the time, for example where a file states a wrong sample rate.
 * Such differences are not filled, because the sound would be full of small holes.
 *
 * In steps, for each frame of NB_SAMPLES samples. The example has frames of one second, a hole of 3 s and a jump of an hour:
 *
 *     TIME                              0    1    5    6   3607   by the clock of the recording
 *     SHIFT  = TIME − CLOSED − END      0    0    3    0   3600   how much later than the end of the sound so far
 *     a jump: CLOSED += SHIFT, SHIFT = 0                   yes
 *     place  = END + SHIFT              0    1    5    6      7   by the clock of the MP3
 *     END    = place + NB_SAMPLES       1    2    6    7      8
 *
 * Where the film begins with this track, its first frame is at 0. The frame may have a later timestamp, because decoders of
 * WMA and Vorbis return nothing for the first packet.
 *
 * The expression prints each decision as numbers: «length of the silence» at the level `verbose`; «place» and then «length of
 * the jump» at the level `warning`. `createEncoderLog` reads them. It prints them one frame late: at the end of the sound,
 * `asetpts` evaluates the expression once more, with a time that means nothing.
 */
export function timelineExpression(times: StartTimes): string {
  const { filmStartSeconds = 0, startSeconds, hasTimestamps = true } = times;
  const stated = `if(isnan(PTS),if(${ld(HAS_STARTED)},${ld(OWN_END)},0),round((PTS*TB-(${filmStartSeconds}))*SR))`;
  const time = hasTimestamps ? stated : `if(${ld(HAS_STARTED)},${ld(OWN_END)},${stated})`;
  const isLate = startSeconds !== undefined && startSeconds - filmStartSeconds >= MIN_HOLE_SECONDS;
  const inStep = `lte(abs(${ld(STEP)}),min(${samples(IN_STEP_SECONDS)},NB_SAMPLES/4))`;
  // A frame that is twice as long as its decoder says leaves a gap of its own length. A larger gap is a real one.
  const isLargeStep = `gt(${ld(STEP)},max(${samples(JITTER_SECONDS)},1.5*NB_SAMPLES))`;
  const isTrusted = `gte(${ld(BALANCE)},0)+${isLargeStep}`;
  const isFarOff = `gt(abs(${ld(SHIFT)}),${samples(JITTER_SECONDS)})`;
  const close = [
    st(DECIDED, ld(SHIFT)),
    st(PLACE, `${ld(END)}+1`),
    st(CLOSED, `${ld(CLOSED)}+${ld(SHIFT)}`),
    st(SHIFT, '0'),
  ];
  const fill = st(DECIDED, ld(SHIFT));
  const isHole = `gt(${ld(SHIFT)},0)*lte(${ld(SHIFT)},${samples(MAX_HOLE_SECONDS)})`;
  const later = `if(${isFarOff},if(${isHole}*(${isTrusted}),${fill},${sequence(close)}),${st(SHIFT, '0')})`;
  const isAtStart = `lt(abs(${ld(SHIFT)}),${samples(isLate ? MIN_HOLE_SECONDS : JITTER_SECONDS)})`;
  const first = `if(${isAtStart},${sequence([st(CLOSED, ld(SHIFT)), st(SHIFT, '0')])},if(${isHole},${fill},${sequence(close)}))`;
  const printHole = `print(${ld(DECIDED)},${VERBOSE})`;
  const printJump = sequence([`print(${ld(PLACE)}-1,${WARNING})`, `print(${ld(DECIDED)},${WARNING})`]);
  return sequence([
    `if(${ld(DECIDED)},if(${ld(PLACE)},${printJump},${printHole}))`,
    st(DECIDED, '0'),
    st(PLACE, '0'),
    st(TIME, time),
    st(STEP, `if(${ld(HAS_STARTED)},${ld(TIME)}-${ld(OWN_END)},0)`),
    st(SHIFT, `${ld(TIME)}-${ld(CLOSED)}-${ld(END)}`),
    `if(${ld(HAS_STARTED)},${later},${first})`,
    // A running mean over about 16 frames of the share that is in step, minus one half.
    st(BALANCE, `${ld(BALANCE)}*15/16+${inStep}/16-1/32`),
    st(HAS_STARTED, '1'),
    st(OWN_END, `${ld(TIME)}+NB_SAMPLES`),
    st(END, `${ld(END)}+${ld(SHIFT)}+NB_SAMPLES`),
    `${ld(END)}-NB_SAMPLES`,
  ]);
}

const sequence = (steps: readonly string[]): string => `(${steps.join(';')})`;
