import * as z from 'zod';
import { type ErrorCode, STATUS } from '../../../shared/runtime/errors.ts';
import { parseJson } from '../../../shared/runtime/parse-json.ts';

const problemDetails = z.object({
  code: z.enum(Object.keys(STATUS) as [ErrorCode, ...ErrorCode[]]),
  /** Optional in RFC 9457. */
  detail: z.string().default('The gateway gave no reason'),
  /** What continues a login that needs a second factor. */
  challenge: z.string().optional(),
});
export type ProblemDetails = z.infer<typeof problemDetails>;

/**
 * Reads the problem document (RFC 9457) of an error response. Returns undefined where our gateway did not write it: each of
 * its errors has a code of `STATUS`.
 */
export function readProblem(
  contentType: string | null | undefined,
  body: string,
): ProblemDetails | undefined {
  const [mediaType = ''] = (contentType ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== 'application/problem+json') return undefined;
  return problemDetails.safeParse(parseJson(body)).data;
}

/**
 * Whether a response comes from our gateway, and not from something in front of it. An ingress controller without a ready
 * pod answers 404, 502, 503 or 504 itself, so a client must treat such a response as a temporary fault. Below 400 the status
 * does not tell who answered, and the response counts as the gateway's.
 */
export function isFromGateway(status: number, contentType: string | null | undefined, body: string): boolean {
  return status < 400 || readProblem(contentType, body) !== undefined;
}
