import { type CustomFetch, customFetch } from 'openid-client';

/** Of one request. A login makes up to four, and the gateway waits ten seconds for their answer. */
const TIMEOUT_MS = 2_000;
/** Discovery documents and key sets have a few KiB. */
const MAX_BYTES = 512 * 1024;

export { customFetch };

/**
 * A fetch for what a provider answers: it ends after two seconds, follows no redirect, and reads at most 512 KiB, so that a provider
 * that is slow or was taken over takes little of our time and memory.
 */
export const boundedFetch: CustomFetch = async (url, { body, headers, method, signal }) => {
  const response = await fetch(url, {
    ...{ method, headers, redirect: 'manual' },
    body: (body ?? null) as never,
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
  });
  const bytes = await readBounded(response);
  const hasBody = ![101, 204, 205, 304].includes(response.status);
  return new Response(hasBody ? bytes : null, { status: response.status, headers: response.headers });
};

async function readBounded({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error(`the provider has sent more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
