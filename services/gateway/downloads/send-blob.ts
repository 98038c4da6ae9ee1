import { once } from 'node:events';
import type { ParameterizedContext } from 'koa';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { RequestState } from '../../shared/http/request-state.ts';

export interface BlobPart {
  blobId: string;
  /** The first and the last byte, both included. */
  start: number;
  end: number;
  jobId: string;
}

/**
 * Makes a part of a blob the body of the response. Throws where its first byte cannot be read. Breaks the connection off where a
 * later one cannot.
 */
export async function sendBlob(
  context: ParameterizedContext<RequestState>,
  blobs: BlobStore,
  { blobId, start, end, jobId }: BlobPart,
): Promise<void> {
  const closed = new AbortController();
  context.res.once('close', () => closed.abort());
  const body = blobs.read(blobId, { start, end, signal: closed.signal });
  let begun = false;
  body.on('error', (error) => {
    if (!begun) return;
    if (!closed.signal.aborted)
      context.state.log.error({ err: error, job_id: jobId }, 'a download broke off');
    // The Content-Length was sent already. Only a broken connection tells the client that the file is incomplete.
    context.res.destroy();
  });
  // Until the first byte was read, an error can still become a response.
  await once(body, 'readable');
  if (body.errored) throw body.errored;
  begun = true;
  context.body = body;
  context.length = end - start + 1;
}
