/** Seconds by which the clocks of two replicas may differ. A token from further in the future is none of ours. */
export const MAX_CLOCK_SKEW_SECONDS = 300;

/**
 * Whether an access token can have been made at its `iat` and end at its `exp`. jose compares `exp` and `nbf` with the clock, but
 * looks at `iat` only where a maximum age is asked for, and takes an `exp` of infinity (JSON of `1e400`) for one that never ends.
 * @param now seconds since 1970
 */
export const hasPlausibleTimes = ({ iat, exp }: { iat?: unknown; exp?: unknown }, now: number): boolean =>
  Number.isFinite(iat) && Number.isFinite(exp) && Number(iat) <= now + MAX_CLOCK_SKEW_SECONDS;
