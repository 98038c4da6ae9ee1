import * as z from 'zod';
import { parseJson } from '../runtime/parse-json.ts';
import { conversionOptions } from './conversion-options.ts';
import { MAX_END_BYTES } from './probe.ts';

/** The most bytes of the line with the request: its tags are the only long values. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * What the gateway asks a converter. In the body of `POST /probe` it is one line of JSON that ends with `\n`. The first `head`
 * bytes of the file follow, and then its last `tail` bytes. Together, they may be the whole file.
 */
export const probeRequest = z.object({
  options: conversionOptions,
  /** Bytes of the whole file. */
  size: z.number().int().positive(),
  head: z.number().int().min(1).max(MAX_END_BYTES),
  tail: z.number().int().min(0).max(MAX_END_BYTES),
});
export type ProbeRequest = z.infer<typeof probeRequest>;

/** The first line of the body, with the line end. JSON escapes those in texts. */
export const encodeProbeRequest = (request: ProbeRequest): Buffer =>
  Buffer.from(`${JSON.stringify(request)}\n`);

/**
 * Reads the first line of a body.
 * @param bytes the beginning of the body
 * @returns the request and the length of its line, or undefined where the line has not ended yet
 * @throws where the line is too long, or is no such request
 */
export function decodeProbeRequest(bytes: Buffer): { request: ProbeRequest; length: number } | undefined {
  const end = bytes.indexOf('\n');
  if (end < 0 && bytes.length <= MAX_LINE_BYTES) return undefined;
  const request = probeRequest.parse(parseJson(bytes.toString('utf8', 0, Math.max(0, end))));
  if (request.head + request.tail > request.size) throw new Error('the parts are larger than the file');
  return { request, length: end + 1 };
}
