import type { ParameterizedContext } from 'koa';
import type { BlobStore } from '../../shared/blobs/blob-store.ts';
import type { RequestState } from '../../shared/http/request-state.ts';
import { sendStream } from './send-stream.ts';

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
  const open = (signal: AbortSignal) => blobs.read(blobId, { start, end, signal });
  await sendStream(context, open, { length: end - start + 1, about: { job_id: jobId } });
}
