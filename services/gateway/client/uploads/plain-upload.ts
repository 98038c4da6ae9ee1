import { isInvokeUrl } from '../../../shared/dapr/names.ts';
import { type AcceptedUpload, acceptedUpload } from '../../uploads/upload-view.ts';
import type { Clock } from '../http/clock.ts';
import { UnreachableError } from '../http/errors.ts';
import { LONG_WAIT_MS, retry } from '../http/retry.ts';
import type { Session } from '../session/session.ts';

export interface Video {
  name: string;
  /** Bytes. */
  size: number;
  /** A media type. Informative only: the gateway recognizes the format from the bytes. */
  type: string;
  /** Called for each attempt. The stream must yield `size` bytes, and may fail; then the upload fails with its error. */
  open: () => Blob | ReadableStream<Uint8Array>;
}

export interface UploadOptions {
  /** The idempotency key. A repeated upload with the same key gives the same job, also when the first response was lost. */
  key: string;
  /** Query parameters: the options of the conversion, such as `bitrate`. */
  options: Record<string, string>;
  clock: Clock;
  signal: AbortSignal;
  /** Gets the bytes sent so far. Starts at 0 again when the video is sent again. For a Blob it gets only 0 and the size. */
  onProgress?: (bytes: number) => void;
  /** Called before each wait, with its length. */
  onRetry?: (error: unknown, seconds: number) => void;
}

/** Sends a video. Starts again from the beginning when the gateway is busy or the connection is lost. */
export async function uploadVideo(
  session: Session,
  video: Video,
  options: UploadOptions,
): Promise<AcceptedUpload> {
  const { key, clock, signal, onRetry, onProgress = () => undefined } = options;
  // A sidecar's invoke API buffers a body that has a length.
  const isInvoke = isInvokeUrl(session.url);
  const attempt = async () => {
    const reply = await session.send({
      method: 'POST',
      path: '/upload',
      query: { ...options.options, filename: video.name },
      headers: {
        'idempotency-key': key,
        'content-type': video.type,
        // Browsers ignore this header and set their own.
        ...(!isInvoke && { 'content-length': String(video.size) }),
      },
      body: () => {
        onProgress(0);
        return video.open();
      },
      onSent: onProgress,
      signal,
    });
    const accepted = await reply.json(acceptedUpload);
    onProgress(video.size);
    return accepted;
  };
  // After a gateway died during an upload, the key stays taken for about a minute.
  const alsoTransient = (error: unknown) => error instanceof UnreachableError;
  return retry(attempt, { clock, signal, alsoTransient, onRetry, maxWaitMs: LONG_WAIT_MS });
}
