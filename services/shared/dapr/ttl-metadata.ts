/** The longest TTL in seconds. Dapr refuses larger values. */
const MAX_TTL = 2 ** 31 - 1;

/**
 * The metadata of a save that expires. 0 and -1 would mean that the key never expires, and smaller numbers are refused. So
 * the shortest TTL is one second.
 */
export const ttlMetadata = (ttlSeconds: number): Record<string, string> => ({
  ttlInSeconds: String(Math.min(MAX_TTL, Math.max(1, Math.ceil(ttlSeconds)))),
});
