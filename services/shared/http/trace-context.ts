import { randomUUID } from 'node:crypto';

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/;
const ALL_ZERO = /^0+$/;

/**
 * The trace id of a `traceparent` header: 32 hexadecimal digits. Undefined where the header is not valid, and then a new
 * trace begins. Versions after 00 may have more fields at the end.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function readTraceId(traceparent: string): string | undefined {
  const [, version, traceId = '', parentId = '', more] = TRACEPARENT.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  return ALL_ZERO.test(traceId) || ALL_ZERO.test(parentId) ? undefined : traceId;
}

/**
 * Returns 32 random hexadecimal digits. Node makes the random bytes of many UUIDs at once, which costs a small request much less than
 * bytes of its own.
 */
export const newTraceId = (): string => randomUUID().replaceAll('-', '');

/** The `traceparent` header for a request in this trace. Its parent is a span that nobody records. */
export const traceparentOf = (traceId: string): string => `00-${traceId}-${newTraceId().slice(16)}-01`;
