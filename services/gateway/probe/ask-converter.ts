import { z } from 'zod';
import type { InvokeReply, Sidecar } from '../../shared/dapr/sidecar.ts';
import { traceparentOf } from '../../shared/http/trace-context.ts';
import type { ConversionOptions } from '../../shared/jobs/conversion-options.ts';
import { type ProbeResult, probeResult } from '../../shared/jobs/probe.ts';
import { encodeProbeRequest } from '../../shared/jobs/probe-request.ts';
import { AppError, STATUS, unavailable } from '../../shared/runtime/errors.ts';
import { parseJson } from '../../shared/runtime/parse-json.ts';
import type { Ends } from './collect-ends.ts';

/** More than a converter lets a probe wait and take together. */
const TIMEOUT_MS = 28_000;

/** What a converter refuses. Its other errors are ours. */
const REFUSALS = ['invalid_option', 'unavailable'] as const;
const refusal = z.object({ code: z.enum(REFUSALS), detail: z.string() });

export interface Question {
  ends: Ends;
  options: ConversionOptions;
  traceId: string;
  signal: AbortSignal;
}

/**
 * Asks a converter what a file is, by the first and last bytes of it.
 * @throws AppError `invalid_option` for a track that the file does not have; `unavailable`; `not_implemented` for a converter without
 * this route
 */
export type AskConverter = (question: Question) => Promise<ProbeResult>;

export function createAskConverter(invoke: Sidecar['invoke']): AskConverter {
  return async ({ ends, options, traceId, signal }) => {
    const { pieces, headBytes: head, tailBytes: tail, size } = ends;
    const line = encodeProbeRequest({ options, size, head, tail });
    const reply = await invoke('converter', {
      method: 'POST',
      path: '/probe',
      headers: { 'content-type': 'application/octet-stream', traceparent: traceparentOf(traceId) },
      body: [line, ...pieces],
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    return readReply(reply);
  };
}

function readReply(reply: InvokeReply): ProbeResult {
  const { status, headers } = reply;
  const body = parseJson(reply.body);
  if (status === 200) {
    const result = probeResult.safeParse(body);
    if (result.success) return result.data;
    throw new AppError('internal', 'the converter gave no valid answer', { cause: result.error });
  }
  const isProblem = String(headers['content-type']).includes('problem+json');
  const refused = isProblem ? refusal.safeParse(body).data : undefined;
  if (refused && STATUS[refused.code] === status) {
    const retryAfter = headers['retry-after'];
    throw new AppError(refused.code, refused.detail, {
      ...(typeof retryAfter === 'string' && { headers: { 'Retry-After': retryAfter } }),
    });
  }
  const cause = new Error(`the converter answered ${status}: ${reply.body.slice(0, 500)}`);
  if (status === 404 || status === 405) {
    throw new AppError('not_implemented', 'the converter of this system cannot probe files', { cause });
  }
  throw isProblem
    ? new AppError('internal', 'the converter failed', { cause })
    : unavailable('the converter', cause);
}
