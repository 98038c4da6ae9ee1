/** A quota of one client, and what is left of it. */
export interface RateLimit {
  /** Letters, digits and hyphens. */
  policy: string;
  /** The whole quota, a whole number that is not negative. */
  quota: number;
  remaining: number;
  /** Seconds until the quota is whole again. */
  resetSeconds: number;
  /** Seconds in which the quota may be used. Absent where it does not depend on time. */
  windowSeconds?: number;
  /** What is counted, where it is not requests. */
  unit?: string;
}

/** The greatest integer of a structured field (RFC 9651, section 3.3.1). */
const MOST = 999_999_999_999_999;
const whole = (value: number): number => Math.min(MOST, Math.max(0, Math.ceil(value)));

/**
 * The headers `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10: lists of structured fields, one item
 * for each quota. Returns no header for no quota.
 */
export function rateLimitHeaders(limits: readonly RateLimit[]): Record<string, string> {
  if (limits.length === 0) return {};
  const policies = limits.map(({ policy, quota, windowSeconds, unit }) => {
    const inUnit = unit === undefined ? '' : `;qu="${unit}"`;
    return `"${policy}";q=${whole(quota)}${inUnit}${windowSeconds === undefined ? '' : `;w=${windowSeconds}`}`;
  });
  const states = limits.map(
    ({ policy, remaining, resetSeconds }) => `"${policy}";r=${whole(remaining)};t=${whole(resetSeconds)}`,
  );
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: states.join(', ') };
}
