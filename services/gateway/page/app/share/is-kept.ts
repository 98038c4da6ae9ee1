/** Somebody has to sign in within this time. Others who use this browser later must not find the film. */
const KEPT_MS = 3_600_000;
/**
 * A share may be newer than the time at which somebody began to list all, and a clock is adjusted now and then. One that is still
 * newer comes from a clock that was set back since.
 */
const CLOCK_TOLERANCE_MS = 60_000;

/** Whether a share still waits for the page. @param at when it was shared; both times are milliseconds since the epoch */
export const isKept = (at: number, now: number): boolean =>
  at <= now + CLOCK_TOLERANCE_MS && at > now - KEPT_MS;
