import { isFromGateway } from '../../../services/gateway/client/http/problem-details.ts';

/** A response of the public API, or the reason why there is none. */
export interface Reply {
  /** Undefined if the connection failed or no response came in time. */
  status: number | undefined;
  /** The response comes from something in front of the gateway. */
  isForeign?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows what it asked for
  json?: any;
  retryAfterSeconds?: number | undefined;
  /** From the last byte of an upload to its response, ms. */
  waitedMs?: number;
  error?: string;
  /** An earlier attempt got no response, or one that leaves open whether it took effect. */
  isInDoubt?: boolean;
}

/**
 * Reads a complete response. Throws if it announces JSON and is something else.
 * @param body undefined for the response to a HEAD request, whose headers are those of a body that is not sent
 */
export function toReply(
  status: number,
  header: (name: string) => string | undefined,
  body: string | undefined,
): Reply {
  const type = header('content-type');
  const retryAfter = Number(header('retry-after') ?? Number.NaN);
  return {
    status,
    isForeign: !isFromGateway(status, type, body ?? ''),
    json: body !== undefined && /json/.test(type ?? '') ? JSON.parse(body) : undefined,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  };
}

/**
 * Whether the same request may succeed later. A 409 with `Retry-After` is about another attempt of the same request, and
 * a response that is not the gateway's is never final.
 */
export const isRetryable = ({ status, isForeign = false, retryAfterSeconds }: Reply): boolean =>
  status === undefined ||
  isForeign ||
  status === 401 ||
  status === 429 ||
  status >= 500 ||
  (status === 409 && retryAfterSeconds !== undefined);
