import { CLOCK } from './pes.ts';

/** What ffprobe looks at in a transport or program stream, which have no header. Bytes of the film, and ticks of its clock. */

/** The start of the film that stays as it is. ffprobe learns from it what the streams are. */
export const HEAD_BYTES = 256 * 1024;
/** How long ffprobe looks at the start of a film at most: 7 s (`max_stream_analyze_duration`), and one more. */
export const ANALYZED_TICKS = 8 * CLOCK;
/** Streams that begin later than this may be beyond what ffprobe looks at: 5 MB, or 7 s. */
export const LATEST_START_BYTES = 4_000_000;
export const LATEST_START_TICKS = 5 * CLOCK;
/**
 * The end of the film that stays as it is. ffprobe looks for the last times in the last 250,000 bytes, and once more in as many
 * before these (`estimate_timings_from_pts`).
 */
export const TAIL_BYTES = 512 * 1024;
/** The last time has to be in so many bytes at the end, so that ffprobe does not look further back. */
export const LAST_TIME_BYTES = 240_000;
